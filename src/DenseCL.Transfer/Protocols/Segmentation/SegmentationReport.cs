using System.Globalization;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Protocols.Reports;
using DenseCL.Transfer.Segmentation;

namespace DenseCL.Transfer.Protocols.Segmentation;

/// <summary>A segmentation's result for readers, and as files: classes.csv and confusion.csv.</summary>
internal static class SegmentationReport
{
    /// <summary>Makes a report. Shares are 0 … 1; a class that is neither in the masks nor predicted has none.</summary>
    /// <param name="backbone">What was evaluated.</param>
    /// <param name="result">The result.</param>
    public static EvaluationReport Of(string backbone, SegmentationResult result)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(result);
        ConfusionMatrix confusion = result.Confusion;
        (IReadOnlyList<double> ious, IReadOnlyList<double> accuracies) = (confusion.PerClassIoU, confusion.PerClassAccuracy);
        return new EvaluationReport
        {
            Figures = Figures(confusion),
            Tables = [new(["class", "IoU", "accuracy"], [.. result.ClassNames.Select((name, c) => (IReadOnlyList<string>)[name, Percent(ious[c]), Percent(accuracies[c])])])],
            Lines =
            [
                $"mIoU {Percent(confusion.MeanIoU)}, pixel accuracy {Percent(confusion.PixelAccuracy)}, "
                + $"mean class accuracy {Percent(confusion.MeanAccuracy)}",
                FormattableString.Invariant(
                    $"Learned from {result.TrainImages} images in {SegmentationTold.Time(result.TrainTime)}, measured on {result.TestImages} in {SegmentationTold.Time(result.TestTime)}; seed {result.Seed}."
                ),
            ],
            Classes = [.. result.ClassNames.Select((name, c) => new ClassFigures(name, [new("iou", ious[c]), new("accuracy", accuracies[c])]))],
            Facts = [new("precision", result.Options.Precision.ToString().ToLowerInvariant())],
            Parts =
            [
                new("backbone", backbone),
                .. Figures(confusion).Select(figure => KeyValuePair.Create(figure.Key, (object?)EvaluationReport.Finite(figure.Value))),
                new("classes", result.ClassNames.Select((name, c) => new { name, iou = EvaluationReport.Finite(ious[c]), accuracy = EvaluationReport.Finite(accuracies[c]) })),
                new("trainImages", result.TrainImages),
                new("testImages", result.TestImages),
                new("loss", EvaluationReport.Finite(result.Loss)),
                new("trainSeconds", Math.Round(result.TrainTime.TotalSeconds, 1)),
                new("testSeconds", Math.Round(result.TestTime.TotalSeconds, 1)),
                new("recipe", new OrderedDictionary<string, string>(SegmentationRecipes.Describe(result.Options), StringComparer.Ordinal)),
            ],
            Files = [new("classes.csv", Classes(result)), new("confusion.csv", Confusion(result))],
        };
    }

    internal static IReadOnlyList<KeyValuePair<string, double>> Figures(ConfusionMatrix confusion) =>
        [new("meanIoU", confusion.MeanIoU), new("pixelAccuracy", confusion.PixelAccuracy), new("meanAccuracy", confusion.MeanAccuracy)];

    private static string Percent(double share) => double.IsNaN(share) ? "–" : FormattableString.Invariant($"{100 * share:F1} %");

    private static string Classes(SegmentationResult result)
    {
        ConfusionMatrix confusion = result.Confusion;
        IEnumerable<string> lines = result.ClassNames.Select(
            (name, c) => string.Join(',', Quoted(name), Share(confusion.PerClassIoU[c]), Share(confusion.PerClassAccuracy[c])));
        return string.Concat(lines.Prepend("class,iou,accuracy").Select(line => line + "\n"));

        static string Share(double share) => double.IsNaN(share) ? "" : share.ToString("R", CultureInfo.InvariantCulture);
    }

    /// <summary>A row for each true class, a column for each predicted one, in pixels.</summary>
    private static string Confusion(SegmentationResult result)
    {
        int classes = result.ClassNames.Count;
        IEnumerable<string> lines = result.ClassNames.Select(
            (name, truth) =>
                string.Join(
                    ',',
                    Enumerable
                        .Range(0, classes)
                        .Select(predicted => result.Confusion[truth, predicted].ToString(CultureInfo.InvariantCulture))
                        .Prepend(Quoted(name))));
        return string.Concat(
            lines.Prepend(string.Join(',', result.ClassNames.Select(Quoted).Prepend("true class"))).Select(line => line + "\n"));
    }

    private static string Quoted(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
