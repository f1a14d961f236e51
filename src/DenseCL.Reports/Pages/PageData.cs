using DenseCL.Reports.Charts;

namespace DenseCL.Reports.Pages;

/// <summary>What a page shows. Its scripts receive it as JSON, with names in camel case and bytes in base64, and draw everything from it.</summary>
internal sealed record PageData
{
    /// <summary>The heading.</summary>
    public required string Title { get; init; }

    /// <summary>When the page was made, in UTC; null for a live page.</summary>
    public string? Made { get; init; }

    /// <summary>The runs, in order.</summary>
    public required IReadOnlyList<RunData> Runs { get; init; }

    /// <summary>The charts of the runs' curves.</summary>
    public IReadOnlyList<ChartGroup> Charts => ChartGroup.Of(Runs.SelectMany(run => run.Curves).Where(curve => curve.Value.Steps.Count > 0).Select(curve => curve.Key));

    /// <summary>Notes about what is not shown, and why.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Folders of a live page in which no run has begun yet.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>View pairs with their matches.</summary>
    public ViewsData? Views { get; init; }

    /// <summary>Feature maps of whole images.</summary>
    public MapsData? Maps { get; init; }

    /// <summary>The nearest neighbours of some images.</summary>
    public NeighboursData? Neighbours { get; init; }

    /// <summary>Tables of evaluations and ablations.</summary>
    public IReadOnlyList<TableData> Tables { get; init; } = [];
}
