using DenseCL.Transfer.Features;
namespace DenseCL.Transfer.Protocols.Knn;

/// <summary>How nearest neighbours vote.</summary>
public sealed record KnnOptions
{
    /// <summary>Numbers of neighbours k to measure with, each 1 … 100,000. Default 20, 10, 100 and 200; backbones are compared by the first.</summary>
    public IReadOnlyList<int> Neighbours
    {
        get;
        init => field = value is { Count: > 0 } && value.All(k => k is >= 1 and <= 100_000) && value.Distinct().Count() == value.Count
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Neighbours must be different numbers of 1 … 100,000, at least one; 20, 10, 100 and 200 are the default.");
    } = [20, 10, 100, 200];

    /// <summary>Temperature T of a neighbour's vote exp(similarity / T), 0.001 … 100. Default 0.07.</summary>
    public double Temperature
    {
        get;
        init => field = value is >= 0.001 and <= 100
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Temperature must be 0.001 … 100; 0.07 is the default.");
    } = 0.07;

    /// <summary>How images become the inputs of the network.</summary>
    public FeatureOptions Features { get; init; } = new();
}
