using System.Globalization;
using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Reports.Pages;
using DenseCL.Reports.Runs;
using DenseCL.Reports.Visuals;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Protocols.Reports;

namespace DenseCL.Reports;

/// <summary>
/// A page about one or several runs, in one file that stands alone: curves, verdicts, matches between views, feature maps, nearest
/// neighbours, tables.
/// </summary>
public sealed class Report
{
    private const int MostNetworks = 6;             // whose pictures stand side by side
    private const int MostPoints = 1000;            // of a curve
    private const int PointsInAll = 60_000;         // of all curves: about a megabyte

    private readonly IReadOnlyList<ReportSource> sources;
    private readonly IReadOnlyList<TableData> evaluations;
    private readonly ReportOptions options;
    private readonly List<string> notes = [];

    /// <summary>A report.</summary>
    /// <param name="sources">Run folders and folders of ablations; <see cref="ReportSource.Open(IReadOnlyList{string})"/> opens them.</param>
    /// <param name="evaluations">Files that <c>eval</c> wrote as metrics.json or printed with <c>--json</c>, or folders with a metrics.json;
    /// none if null.</param>
    /// <param name="options">What it shows; the defaults if null.</param>
    /// <exception cref="DataException">An evaluation cannot be read, or there is no run.</exception>
    public Report(IReadOnlyList<ReportSource> sources, IReadOnlyList<string>? evaluations = null, ReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        (this.sources, this.options) = (sources, options ?? new());
        Runs = [.. sources.SelectMany(source => source.Runs)];
        if (Runs.Count == 0)
        {
            throw new DataException("There is no run to report on: the ablation has not begun one.");
        }

        this.evaluations = [.. (evaluations ?? []).Select(EvaluationTable.Read)];
    }

    /// <summary>The runs, in order.</summary>
    public IReadOnlyList<RunRecord> Runs { get; }

    /// <summary>Further tables to show, each with its heading; none unless given.</summary>
    public IReadOnlyList<KeyValuePair<string, ReportTable>> Tables { get; init; } = [];

    /// <summary>Writes the page.</summary>
    /// <param name="path">The file; it is replaced if it exists.</param>
    /// <param name="images">The images for its pictures; null for those that the first run trained on, if they are still there.</param>
    /// <param name="progress">Told what is being computed; may be null.</param>
    /// <param name="stop">Ends the work; nothing is written then.</param>
    /// <returns>The size of the file in bytes, and notes about what is not shown.</returns>
    /// <exception cref="DataException">A network computes numbers that are not finite.</exception>
    /// <exception cref="Weights.WeightFileException">A backbone cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public (long Bytes, IReadOnlyList<string> Notes) Write(
        string path,
        ImageSource? images = null,
        IProgress<string>? progress = null,
        CancellationToken stop = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        int curves = Math.Max(1, Runs.Sum(run => run.Curves.All.Count()));
        PageData page = new()
        {
            Title = Runs is [var only] ? $"Pre-training: {only.Name}" : string.Create(CultureInfo.InvariantCulture, $"Pre-training: {Runs.Count} runs"),
            Made = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
            Runs = [.. Runs.Select(run => RunData.Of(run, Math.Clamp(PointsInAll / curves, 50, MostPoints)))],
            Tables = [.. Tables.Select(table => new TableData(table.Key, [table.Value], [])), .. evaluations, .. sources.SelectMany(source => source.Tables)],
        };
        page = WithPictures(page, images, progress, stop) with { Notes = notes };
        string html = Page.Html(page);
        AtomicFile.Replace(path, html);
        return (new FileInfo(path).Length, notes);
    }

    private PageData WithPictures(PageData page, ImageSource? images, IProgress<string>? progress, CancellationToken stop)
    {
        if (options.Pictures == 0 || (images ?? ImagesOfRuns()) is not { } source || Networks() is not { Count: > 1 } networks)
        {
            return page;
        }

        Recipe recipe = Runs[0].Recipe;
        ImageSource some = source.Spread(options.Pictures);
        SkippedImages skipped = new();
        progress?.Report($"matches between views of {Counted(some.Entries.Count, "image")}, by {Counted(networks.Count, "network")}");
        ViewsData views = TrainingViews.Of(networks, recipe, some, skipped, stop);
        progress?.Report($"feature maps of {Counted(some.Entries.Count, "image")}");
        MapsData maps = FeatureAtlas.Of(networks, some, MapOptions(recipe), skipped, stop);
        ImageSource among = source.Spread(options.Neighbours);
        progress?.Report($"nearest neighbours among {Counted(among.Entries.Count, "image")}");
        NeighboursData neighbours = NearestImages.Of(networks, among, skipped, stop);
        if (skipped.Count > 0)
        {
            notes.Add($"{Counted(skipped.Count, "image")} could not be used for pictures: {skipped.FirstReasons}.");
        }

        return page with { Views = views, Maps = maps, Neighbours = neighbours };
    }

    /// <summary>The images that the first run trained on, if it says where they are and they are there.</summary>
    private ImageSource? ImagesOfRuns()
    {
        string[] places = [.. Runs.SelectMany(run => run.Images).Distinct(StringComparer.Ordinal)];
        if (places.Length == 0)
        {
            notes.Add("There are no pictures: the runs do not say where their images are. Give some with --images DIR.");
            return null;
        }

        try
        {
            return ImageSource.Open(places);
        }
        catch (DataException e)
        {
            notes.Add($"There are no pictures: {e.Message} Give other images with --images DIR.");
            return null;
        }
    }

    /// <summary>The network before training, and those of the runs that have saved a backbone for the same kind of images.</summary>
    private List<Network> Networks()
    {
        Recipe recipe = Runs[0].Recipe;
        List<Network> networks = [new("untrained", BackboneSource.Untrained(recipe.Model.Backbone, recipe.Run.Seed, recipe.Data))];
        foreach (RunRecord run in Runs)
        {
            if (!File.Exists(run.Folder.Backbone))
            {
                notes.Add($"{run.Name} has no pictures: it has not saved a backbone yet.");
            }
            else if (run.Recipe.Data.Channels != recipe.Data.Channels)
            {
                notes.Add($"{run.Name} has no pictures: its images have other channels than those of {Runs[0].Name}.");
            }
            else if (networks.Count == MostNetworks)
            {
                notes.Add($"{run.Name} has no pictures: {MostNetworks} networks are shown at most.");
            }
            else
            {
                networks.Add(new Network(run.Name, BackboneSource.Open(run.Folder.Backbone)));
            }
        }

        return networks;
    }

    /// <summary>Images of about twice the side of a view, and maps of about thirty positions a side.</summary>
    private static FeatureMapOptions MapOptions(Recipe recipe)
    {
        int side = Math.Clamp(2 * recipe.Data.Size, 128, 448);
        return new FeatureMapOptions { ShortSide = side, Stride = side <= 256 ? 8 : 16, Precision = recipe.Run.Precision };
    }

    private static string Counted(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}{(count == 1 ? "" : "s")}");
}
