namespace DenseCL.Reports.Charts;

/// <summary>Curves that are drawn in one chart. A new chart is one more line in <see cref="All"/>.</summary>
/// <param name="Title">The heading.</param>
/// <param name="About">How to read it, in a sentence.</param>
/// <param name="Unit">What the upright axis counts.</param>
/// <param name="Curves">The names of the curves, and what they are called here.</param>
internal sealed record ChartGroup(string Title, string About, string Unit, IReadOnlyList<KeyValuePair<string, string>> Curves)
{
    private const string Probe = "probe/";

    private static readonly string[] Hidden = ["metrics/epoch", "metrics/lossNotFinite", "speed/epoch", "speed/secondsPerStep"];

    /// <summary>The charts, in their order; <see cref="Of"/> adds those that depend on the runs.</summary>
    private static IReadOnlyList<ChartGroup> All { get; } =
    [
        new("Losses", "They rise while the queue fills with real keys, and are no measure of progress.", "loss",
            [new("loss/total", "total"), new("loss/global", "global"), new("loss/dense", "dense")]),
        new("Learning rate", "", "learning rate", [new("metrics/learningRate", "learning rate")]),
        new("λ", "The share of the dense loss.", "λ", [new("metrics/lambda", "λ")]),
        new("Similarities of whole images", "Mean cosines. Positives should grow well above negatives.", "cosine",
            [new("health/positiveSimilarity", "with positives"), new("health/negativeSimilarity", "with negatives")]),
        new("Similarities of positions", "The same for dense vectors.", "cosine",
            [new("health/densePositiveSimilarity", "with positives"), new("health/denseNegativeSimilarity", "with negatives")]),
        new("Spread", "1: vectors are spread evenly. 0: all are the same, a collapse.", "deviation",
            [new("health/deviation", "whole images"), new("health/denseDeviation", "positions")]),
        new("Matching", "Shares of positions. A high share at the same place means that the matching follows places, not contents.", "share",
            [
                new("health/matchEntropy", "entropy"), new("health/mutualMatches", "mutual"), new("health/samePlaceMatches", "same place"),
                new("health/matchAgreement", "agree with the crops"),
            ]),
        new("Variance that position alone explains", "Near 0: vectors describe contents. Near 1: only where something is.", "share",
            [new("health/positionVariance", "share")]),
        new("Queue", "The share that consists of real keys.", "share", [new("metrics/queueFilled", "filled")]),
        new("Throughput", "Images a second, each with two views.", "images a second", [new("speed/imagesPerSecond", "images a second")]),
        new("Waiting for images", "The share of the time during which the training waited for the loader.", "share",
            [new("speed/loaderWaitShare", "share")]),
        new("Memory", "Of the process.", "MB", [new("speed/residentMb", "MB")]),
    ];

    private bool Has(string name) => Curves.Any(curve => curve.Key == name);

    /// <summary>The charts of some runs: those that have a curve of any; and what else was logged.</summary>
    /// <param name="curves">The names of the curves of all runs, those without a value left out.</param>
    public static IReadOnlyList<ChartGroup> Of(IEnumerable<string> curves)
    {
        string[] names = [.. curves.Distinct(StringComparer.Ordinal)];
        string[] probes = [.. names.Where(name => name.StartsWith(Probe, StringComparison.Ordinal))];
        string[] others = [.. names.Where(name => !probes.Contains(name, StringComparer.Ordinal) && !Hidden.Contains(name, StringComparer.Ordinal) && !All.Any(group => group.Has(name)))];
        ChartGroup probe = new("Probe", "What the backbone was worth during the training.", "figure", [.. probes.Select(name => KeyValuePair.Create(name, name[Probe.Length..]))]);
        ChartGroup other = new("Others", "", "", [.. others.Select(name => KeyValuePair.Create(name, name))]);
        return [.. All.Append(probe).Append(other).Where(group => group.Curves.Any(curve => names.Contains(curve.Key, StringComparer.Ordinal)))];
    }
}
