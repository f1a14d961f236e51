using DenseCL.Transfer.Features;
using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Protocols.Knn;

/// <summary>The settings of the nearest-neighbour classification.</summary>
public sealed record KnnOptions
{
    /// <summary>
    /// Numbers of neighbours k to evaluate, each 1 … 100,000. Default 20, 10, 100 and 200; backbones are compared by the first.
    /// </summary>
    [Option("Numbers of neighbours that vote; backbones are compared by the first.", Low = 1, High = 100_000, Different = true)]
    public IReadOnlyList<int> Neighbours
    {
        get;
        init => field = this.Checked(value);
    } = [20, 10, 100, 200];

    /// <summary>Temperature T of a neighbour's vote exp(similarity / T), 0.001 … 100. Default 0.07.</summary>
    [Option("A neighbour's vote is exp(similarity / temperature).", Low = 0.001, High = 100, Placeholder = "T")]
    public double Temperature
    {
        get;
        init => field = this.Checked(value);
    } = 0.07;

    /// <summary>How images become the input of the network.</summary>
    public FeatureOptions Features { get; init; } = new();
}
