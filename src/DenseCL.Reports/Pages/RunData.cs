using System.Globalization;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Reports.Health;
using DenseCL.Reports.Runs;

namespace DenseCL.Reports.Pages;

/// <summary>A run as a page shows it.</summary>
internal sealed record RunData
{
    private const int SkippedShown = 100;
    private const int SignificantDigits = 6;

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>Its folder.</summary>
    public required string Path { get; init; }

    /// <summary>A line about what was trained.</summary>
    public required string Summary { get; init; }

    /// <summary>Steps done so far.</summary>
    public required long Step { get; init; }

    /// <summary>Epochs in all; null if not known.</summary>
    public required int? Epochs { get; init; }

    /// <summary>Its state in plain words, the most severe first.</summary>
    public required IReadOnlyList<Verdict> Verdicts { get; init; }

    /// <summary>The curves by name.</summary>
    public required IReadOnlyDictionary<string, Line> Curves { get; init; }

    /// <summary>Steps of an epoch; 0 if nothing is logged.</summary>
    public required long StepsPerEpoch { get; init; }

    /// <summary>Hours of training by step; empty if the speed is not logged.</summary>
    public required Line Hours { get; init; }

    /// <summary>Every setting.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; }

    /// <summary>Versions and machine.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    /// <summary>The first of the images that were left out: file and reason.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Skipped { get; init; }

    /// <summary>How many images were left out.</summary>
    public required int SkippedCount { get; init; }

    /// <summary>What a page shows of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="points">The largest number of points of a curve.</param>
    public static RunData Of(RunRecord run, int points)
    {
        (IReadOnlyList<(string File, string Reason)> skipped, int count) = run.Skipped(SkippedShown);
        RunClock clock = new(run.Curves);
        (IReadOnlyList<long> steps, IReadOnlyList<double> hours) = clock.Hours(points);
        return new RunData
        {
            Name = run.Name,
            Path = run.Folder.Path,
            Summary = SummaryOf(run.Recipe),
            Step = run.Curves.LastStep,
            Epochs = run.Recipe.Optim.Epochs,
            Verdicts = Health.Verdicts.Of(run),
            Curves = run.Curves.All.ToDictionary(curve => curve.Name, curve => CurveOf(curve, points), StringComparer.Ordinal),
            StepsPerEpoch = clock.StepsPerEpoch,
            Hours = new Line(steps, [.. hours.Select(Rounded)]),
            Settings = run.Settings,
            Environment = run.Environment,
            Skipped = [.. skipped.Select(image => (string[])[image.File, image.Reason])],
            SkippedCount = count,
        };
    }

    private static string SummaryOf(Recipe recipe) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(recipe.Method.Lambda > 0 ? "DenseCL" : "MoCo-v2")}, {BackboneCatalogue.Of(recipe.Model.Backbone).Name} at {recipe.Data.Size} px, {recipe.Optim.Epochs} epochs, batches of {recipe.Optim.Batch} images, seed {recipe.Run.Seed}");

    private static Line CurveOf(Curve curve, int points)
    {
        int[] kept = Thinning.Keep(curve.Values, points);
        return new Line([.. kept.Select(i => curve.Steps[i])], [.. kept.Select(i => Rounded(curve.Values[i]))]);
    }

    private static double Rounded(double value) => double.Parse(
        value.ToString($"G{SignificantDigits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>A curve as a page draws it.</summary>
    /// <param name="Steps">Steps, ascending.</param>
    /// <param name="Values">The value at each, in six digits.</param>
    internal sealed record Line(IReadOnlyList<long> Steps, IReadOnlyList<double> Values);
}
