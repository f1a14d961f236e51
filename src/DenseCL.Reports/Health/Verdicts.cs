using DenseCL.Reports.Runs;

namespace DenseCL.Reports.Health;

/// <summary>What is good and what is wrong with a run, by rules on what it logged.</summary>
public static class Verdicts
{
    // A new rule is one more line here, one method in Rules, and a row in docs/health.md.
    private static readonly Func<RunRecord, Verdict?>[] All =
    [
        Rules.NotFinite,
        Rules.Diverging,
        Rules.Collapse,
        Rules.DenseCollapse,
        Rules.PositionShortcut,
        Rules.DataBound,
        Rules.Plateau,
        Rules.QueueFilling,
        Rules.ComputeBound,
    ];

    /// <summary>Judges a run by what it has logged so far.</summary>
    /// <param name="run">The run.</param>
    /// <returns>At least one verdict, the most severe first.</returns>
    public static IReadOnlyList<Verdict> Of(RunRecord run)
    {
        ArgumentNullException.ThrowIfNull(run);
        Verdict[] found = [.. All.Select(rule => rule(run)).OfType<Verdict>().OrderByDescending(verdict => verdict.Severity)];
        return found.Any(verdict => verdict.Severity >= Severity.Warning) ? found
            : Rules.TooShort(run) is { } tooShort ? [tooShort, .. found]
            : [Rules.Healthy(run), .. found];
    }
}
