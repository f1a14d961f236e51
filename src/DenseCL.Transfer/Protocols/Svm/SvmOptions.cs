using DenseCL.Transfer.Features;
namespace DenseCL.Transfer.Protocols.Svm;

/// <summary>How linear support vector machines are fitted, one for each class.</summary>
public sealed record SvmOptions
{
    /// <summary>Costs C that are tried for each class, each 1e-9 … 1e6. Default those of Goyal et al.: 10⁻⁷ … 10² and 2⁻¹⁹ … 2⁻⁴.</summary>
    public IReadOnlyList<double> Costs
    {
        get;
        init => field = value is { Count: > 0 } && value.All(InRange)
            ? [.. value.Distinct().Order()]
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Costs must be 1e-9 … 1e6, at least one.");
    } = [.. new[] { 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100 }.Concat(Enumerable.Range(4, 16).Select(e => Math.ScaleB(1, -e))).Order()];

    /// <summary>Parts of the training set in the choice of the cost, 2 … 10. Default 3.</summary>
    public int Folds
    {
        get;
        init => field = value is >= 2 and <= 10
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Folds must be 2 … 10; 3 is the default.");
    } = 3;

    /// <summary>How much more an error on a positive image costs, 0.01 … 100. Default 2.</summary>
    public double PositiveWeight
    {
        get;
        init => field = value is >= 0.01 and <= 100
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "PositiveWeight must be 0.01 … 100; 2 is the default.");
    } = 2;

    /// <summary>
    /// Numbers of positive images a class in low-shot classification, each 1 … 100,000; empty for none. Default 1, 2, 4, … 64, 96.
    /// Numbers that a class has not so many positives for are left out.
    /// </summary>
    public IReadOnlyList<int> Shots
    {
        get;
        init => field = value is not null && value.All(k => k is >= 1 and <= 100_000) && value.Distinct().Count() == value.Count
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Shots must be different numbers of 1 … 100,000.");
    } = [1, 2, 4, 8, 16, 32, 64, 96];

    /// <summary>Independent samples of each low-shot number, 2 … 100. Default 5.</summary>
    public int Samples
    {
        get;
        init => field = value is >= 2 and <= 100
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Samples must be 2 … 100; 5 is the default.");
    } = 5;

    /// <summary>Cost C of low-shot classification, 1e-9 … 1e6. Default 1.</summary>
    /// <remarks>Fixed beforehand: one example cannot be divided into folds, and the test must not choose.</remarks>
    public double LowShotCost
    {
        get;
        init => field = InRange(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "LowShotCost must be 1e-9 … 1e6; 1 is the default.");
    } = 1;

    /// <summary>How images become the inputs of the network.</summary>
    public FeatureOptions Features { get; init; } = new();

    private static bool InRange(double cost) => cost is >= 1e-9 and <= 1e6;
}
