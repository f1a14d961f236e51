namespace DenseCL.Transfer.Solvers;

/// <summary>The solver of a linear classifier.</summary>
public enum LinearSolver
{
    /// <summary>Fits to the unique optimum of a penalised loss by L-BFGS; the penalty is searched.</summary>
    Lbfgs,

    /// <summary>Trains by stochastic gradient descent for some epochs, as the papers do; the learning rate is searched.</summary>
    Sgd,
}
