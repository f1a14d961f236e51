namespace DenseCL.Transfer.Solvers;

/// <summary>How a linear classifier is fitted.</summary>
public enum LinearSolver
{
    /// <summary>To the only optimum of a penalised loss, by L-BFGS; the penalty is searched.</summary>
    Lbfgs,

    /// <summary>By stochastic gradient descent for some epochs, as the papers do; the learning rate is searched.</summary>
    Sgd,
}
