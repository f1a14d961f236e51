using DenseCL.Transfer.Features;
using DenseCL.Transfer.Options;
using DenseCL.Transfer.Solvers;

namespace DenseCL.Transfer.Protocols.Linear;

/// <summary>How a linear classifier of whole images is fitted, and which settings are searched.</summary>
public sealed record LinearOptions
{
    /// <summary>The solver. Default <see cref="LinearSolver.Lbfgs"/>: no seed and no schedule can favour one backbone.</summary>
    [Option("lbfgs fits to the unique optimum and searches the penalty; sgd trains for some epochs and searches the learning rate.")]
    public LinearSolver Solver
    {
        get;
        init => field = this.Checked(value);
    }

    /// <summary>
    /// Learning rates that are tried, each above 0 and at most 1000, for <see cref="LinearSolver.Sgd"/>. Default 0.001 to 1 in six steps.
    /// </summary>
    /// <remarks>
    /// For a batch of 256 and channels with mean 0 and deviation 1; they cannot be compared with rates for unscaled features.
    /// </remarks>
    [Option("For --solver sgd: learning rates that are tried.", Low = 0, AboveLow = true, High = 1000)]
    public IReadOnlyList<double> LearningRates
    {
        get;
        init => field = this.Checked(value);
    } = [0.001, 0.00316, 0.01, 0.0316, 0.1, 0.316, 1];

    /// <summary>
    /// Penalties λ of (λ/2)‖W‖² that are tried, each above 0 and at most 1000, for <see cref="LinearSolver.Lbfgs"/>. Default 10 to 1e-4 in
    /// five steps.
    /// </summary>
    [Option("For --solver lbfgs: penalties λ of (λ/2)‖W‖² that are tried.", Low = 0, AboveLow = true, High = 1000)]
    public IReadOnlyList<double> Penalties { get; init => field = this.Checked(value); } = [10, 1, 0.1, 0.01, 1e-3, 1e-4];

    /// <summary>
    /// Share of the training images of each class on which the choice is made, 0.01 … 0.5; at least one image. Default 0.1.
    /// </summary>
    [Option("Share of the training images of each class on which the choice is made.", Low = 0.01, High = 0.5)]
    public double ValidationShare
    {
        get;
        init => field = this.Checked(value);
    } = 0.1;

    /// <summary>Epochs of <see cref="LinearSolver.Sgd"/>, 1 … 10,000. Default 100; the rate falls to 0 along a cosine.</summary>
    [Option("For --solver sgd: epochs.", Low = 1, High = 10_000)]
    public int Epochs
    {
        get;
        init => field = this.Checked(value);
    } = 100;

    /// <summary>Images per step of <see cref="LinearSolver.Sgd"/>, 1 … 65,536. Default 256.</summary>
    [Option("For --solver sgd: images per step.", Name = "sgdBatch", Low = 1, High = 65_536)]
    public int Batch
    {
        get;
        init => field = this.Checked(value);
    } = 256;

    /// <summary>Whether each training image is used mirrored too. Default no.</summary>
    [Option("Use every training image mirrored too: twice the time.", Name = "flip")]
    public bool Mirror { get; init; }

    /// <summary>How images become the input of the network.</summary>
    public FeatureOptions Features { get; init; } = new();
}
