using DenseCL.Transfer.Features;
using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Protocols.Svm;

/// <summary>How linear support vector machines are fitted, one for each class.</summary>
public sealed record SvmOptions
{
    /// <summary>Costs C that are tried for each class, each 1e-9 … 1e6. Default those of Goyal et al.: 10⁻⁷ … 10² and 2⁻¹⁹ … 2⁻⁴.</summary>
    [Option("Costs C that are tried for each class.", Low = 1e-9, High = 1e6, Default = "10⁻⁷ to 10² and 2⁻¹⁹ to 2⁻⁴")]
    public IReadOnlyList<double> Costs
    {
        get;
        init => field = [.. this.Checked(value).Distinct().Order()];
    } = [.. new[] { 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100 }.Concat(Enumerable.Range(4, 16).Select(e => Math.ScaleB(1, -e))).Order()];

    /// <summary>Folds of the cross-validation that chooses the cost, 2 … 10. Default 3.</summary>
    [Option("Folds of the cross-validation that chooses the cost.", Low = 2, High = 10)]
    public int Folds
    {
        get;
        init => field = this.Checked(value);
    } = 3;

    /// <summary>How much more an error on a positive image costs, 0.01 … 100. Default 2.</summary>
    [Option("How much more an error on a positive image costs.", Low = 0.01, High = 100)]
    public double PositiveWeight
    {
        get;
        init => field = this.Checked(value);
    } = 2;

    /// <summary>
    /// Numbers of positive images per class in low-shot classification, each 1 … 100,000; empty for none. Default 1, 2, 4, … 64, 96.
    /// Numbers for which a class does not have enough positives are left out.
    /// </summary>
    [Option(
        "Low-shot numbers of positive images per class; defaults for which a class does not have enough are left out.",
        Low = 1,
        High = 100_000,
        Different = true,
        CanBeEmpty = true,
        EmptyFlag = "--no-low-shot",
        EmptyHelp = "Leave out the low-shot part.")]
    public IReadOnlyList<int> Shots
    {
        get;
        init => field = this.Checked(value);
    } = [1, 2, 4, 8, 16, 32, 64, 96];

    /// <summary>Independent samples of each low-shot number, 2 … 100. Default 5.</summary>
    [Option("Independent samples of each low-shot number.", Low = 2, High = 100)]
    public int Samples
    {
        get;
        init => field = this.Checked(value);
    } = 5;

    /// <summary>Cost C of low-shot classification, 1e-9 … 1e6. Default 1.</summary>
    /// <remarks>It is fixed in advance: one example cannot be divided into folds, and the test set must not choose.</remarks>
    [Option("The cost C of the low-shot part.", Low = 1e-9, High = 1e6, Placeholder = "C")]
    public double LowShotCost
    {
        get;
        init => field = this.Checked(value);
    } = 1;

    /// <summary>How images become the input of the network.</summary>
    public FeatureOptions Features { get; init; } = new();
}
