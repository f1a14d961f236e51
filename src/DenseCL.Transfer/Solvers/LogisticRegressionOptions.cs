using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Solvers;

/// <summary>How a linear probe is fitted.</summary>
public sealed record LogisticRegressionOptions
{
    /// <summary>
    /// Weight λ of the penalty (λ/2)‖W‖² on the weights of standardised features, above 0 and at most 1000. Default 1e-3.
    /// </summary>
    /// <remarks>
    /// A larger value suits few positions and many channels, and converges sooner. It must be above 0, because separable classes would have
    /// no optimum otherwise.
    /// </remarks>
    [Option("Weight of the penalty on the classifier's weights.", Low = 0, AboveLow = true, High = 1000, Placeholder = "λ")]
    public double L2
    {
        get;
        init => field = this.Checked(value);
    } = 1e-3;

    /// <summary>Maximum number of solver steps, 1 … 100,000. Default 500.</summary>
    /// <remarks>
    /// Each step reads all positions once or a few times; <see cref="LogisticRegression.Converged"/> shows whether they were enough.
    /// </remarks>
    [Option("Maximum number of steps of the classifier's solver.", Low = 1, High = 100_000)]
    public int MaxIterations
    {
        get;
        init => field = this.Checked(value);
    } = 500;

    /// <summary>The solver stops when no component of the gradient is larger, 1e-12 … 0.1. Default 1e-4.</summary>
    /// <remarks>With a gradient this small, further steps do not change the first three digits of any figure.</remarks>
    [Option("The solver stops when no component of the gradient is larger.", Low = 1e-12, High = 0.1)]
    public double Tolerance
    {
        get;
        init => field = this.Checked(value);
    } = 1e-4;

    /// <summary>The label of positions that do not count. Default 255.</summary>
    public long IgnoreLabel { get; init; } = 255;
}
