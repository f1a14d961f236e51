using DenseCL.Transfer.Features;
using DenseCL.Transfer.Solvers;
namespace DenseCL.Transfer.Protocols.Linear;

/// <summary>How a linear classifier of whole images is fitted and what is searched for it.</summary>
public sealed record LinearOptions
{
    /// <summary>How it is fitted. Default <see cref="LinearSolver.Lbfgs"/>: no seed and no schedule can favour one backbone.</summary>
    public LinearSolver Solver
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Solver must be Lbfgs or Sgd.");
    }

    /// <summary>Learning rates that are tried, each above 0 and at most 1000, for <see cref="LinearSolver.Sgd"/>. Default 0.001 to 1 in six steps.</summary>
    /// <remarks>For a batch of 256 and channels of mean 0 and deviation 1; they do not compare with those for features as they are.</remarks>
    public IReadOnlyList<double> LearningRates { get; init => field = Grid(value); } = [0.001, 0.00316, 0.01, 0.0316, 0.1, 0.316, 1];

    /// <summary>Penalties λ of (λ/2)‖W‖² that are tried, each above 0 and at most 1000, for <see cref="LinearSolver.Lbfgs"/>. Default 10 to 1e-4 in five steps.</summary>
    public IReadOnlyList<double> Penalties { get; init => field = Grid(value); } = [10, 1, 0.1, 0.01, 1e-3, 1e-4];

    /// <summary>Share of the training images of each class that the choice is made on, 0.01 … 0.5; at least one image. Default 0.1.</summary>
    public double ValidationShare
    {
        get;
        init => field = value is >= 0.01 and <= 0.5
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "ValidationShare must be 0.01 … 0.5; 0.1 is the default.");
    } = 0.1;

    /// <summary>Epochs of <see cref="LinearSolver.Sgd"/>, 1 … 10,000. Default 100; the rate falls to 0 along a cosine.</summary>
    public int Epochs
    {
        get;
        init => field = value is >= 1 and <= 10_000
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Epochs must be 1 … 10,000; 100 is the default.");
    } = 100;

    /// <summary>Images of a step of <see cref="LinearSolver.Sgd"/>, 1 … 65,536. Default 256.</summary>
    public int Batch
    {
        get;
        init => field = value is >= 1 and <= 65_536
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Batch must be 1 … 65,536; 256 is the default.");
    } = 256;

    /// <summary>Whether each training image is used mirrored, too. Default no.</summary>
    public bool Mirror { get; init; }

    /// <summary>How images become the inputs of the network.</summary>
    public FeatureOptions Features { get; init; } = new();

    private static IReadOnlyList<double> Grid(IReadOnlyList<double> value) => value is { Count: > 0 } && value.All(v => v is > 0 and <= 1000)
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, "The values to try must be above 0 and at most 1000, at least one.");
}
