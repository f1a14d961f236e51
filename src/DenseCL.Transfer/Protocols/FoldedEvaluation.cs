using System.Globalization;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Protocols.Reports;

namespace DenseCL.Transfer.Protocols;

/// <summary>
/// An evaluation of images that the seed divides: on the part that is held out, or on each fold in turn. Figures are the means over the
/// folds.
/// </summary>
/// <param name="folds">The images.</param>
/// <param name="make">Makes the evaluation of one part.</param>
/// <param name="first">That of some part, for name and options.</param>
/// <param name="options">How the images are divided.</param>
internal sealed class FoldedEvaluation(
    SegmentationFolds folds,
    Func<SegmentationData, IEvaluation> make,
    IEvaluation first,
    SegmentationDataOptions options) : IEvaluation
{
    /// <inheritdoc/>
    public string Name => first.Name;

    /// <inheritdoc/>
    public string Fingerprint => OptionsFingerprint.With(
        first.Fingerprint, string.Create(CultureInfo.InvariantCulture, $"holdOut: {options.HoldOut:R}, folds: {options.Folds}"));

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, double>> Measure(BackboneSource backbone, ulong seed, CancellationToken stop) =>
        Means([.. folds.Of(seed).Select(part => make(part).Measure(backbone, seed, stop))]);

    /// <inheritdoc/>
    public EvaluationReport Report(BackboneSource backbone, ulong seed, IProgress<EvaluationProgress>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        IReadOnlyList<SegmentationData> parts = folds.Of(seed);
        if (parts is [var only])
        {
            return make(only).Report(backbone, seed, progress, stop);
        }

        List<(SegmentationData Data, EvaluationReport Report)> reports = [];
        foreach ((int index, SegmentationData part) in parts.Index())
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"fold {index + 1}/{parts.Count}");
            reports.Add((part, make(part).Report(backbone, seed, progress is null ? null : new Told(progress, place), stop)));
        }

        return Joined(backbone, seed, reports);
    }

    private static EvaluationReport Joined(
        BackboneSource backbone,
        ulong seed,
        List<(SegmentationData Data, EvaluationReport Report)> reports)
    {
        KeyValuePair<string, double>[] means = [.. Means([.. reports.Select(one => one.Report.Figures)])];
        Estimate?[] estimates = [.. means.Select((_, i) => Over(reports.Select(one => one.Report.Figures[i].Value)))];
        IReadOnlyList<ClassFigures> classes = reports[0].Report.Classes;
        Estimate?[][] ofClasses =
        [
            .. classes.Select((one, c) =>
                one.Figures.Select((_, i) => Over(reports.Select(fold => fold.Report.Classes[c].Figures[i].Value))).ToArray()),
        ];
        return new EvaluationReport
        {
            Figures = means,
            Tables =
            [
                new(
                    ["fold", "learned from", "measured on", .. means.Select(figure => figure.Key)],
                    [
                        .. reports.Select(one => (IReadOnlyList<string>)
                            [
                                Count(one.Data.Fold!.Value), Learned(one), Count(one.Data.Test.Count),
                                .. one.Report.Figures.Select(figure => Shown(figure.Value)),
                            ]),
                        (IReadOnlyList<string>)["mean", "", "", .. means.Select(figure => Shown(figure.Value))],
                        ["standard deviation", "", "", .. estimates.Select(one => Shown(one?.StandardDeviation))],
                    ]),
                .. classes.Count == 0 ? Array.Empty<ReportTable>() : [OfClasses(classes, ofClasses)],
            ],
            Lines =
            [
                .. means.Select((figure, i) => $"{figure.Key} {Shown(figure.Value)} ± {Shown(estimates[i]?.StandardDeviation)}"),
                FormattableString.Invariant(
                    $"{backbone.Name}: means ± sample standard deviations over {reports.Count} folds of {reports.Sum(one => one.Data.Test.Count):N0} images, {reports[0].Data.ClassNames.Count} classes; seed {seed}."
                ),
            ],
            Warnings =
            [
                .. reports.SelectMany(one => one.Report.Warnings.Select(text => FormattableString.Invariant($"fold {one.Data.Fold}: {text}"))),
            ],
            Facts = [new("images", reports.Sum(one => one.Data.Test.Count))],
            Parts =
            [
                new("standardDeviations", EvaluationReport.Object(
                    means.Select((figure, i) => KeyValuePair.Create(figure.Key, (object?)estimates[i]?.StandardDeviation)))),
                new("classes", classes.Select((one, c) => EvaluationReport.Object(
                    one.Figures.Select((figure, i) => KeyValuePair.Create(figure.Key, (object?)ofClasses[c][i]?.Mean))
                        .Prepend(new("name", one.Name))))),
                new("folds", reports.Select(one => EvaluationReport.Object(
                [
                    new("fold", one.Data.Fold),
                    new("testImages", one.Data.Test.Select(image => image.Name)),
                    new("figures", EvaluationReport.Object(one.Report.Figures.Select(
                        figure => KeyValuePair.Create(figure.Key, (object?)EvaluationReport.Finite(figure.Value))))),
                    new("classes", one.Report.Classes.Select(OfClass)),
                ]))),
            ],
            Files =
            [
                .. reports.SelectMany(one => one.Report.Files.Select(file =>
                    KeyValuePair.Create(FormattableString.Invariant($"fold-{one.Data.Fold}-{file.Key}"), file.Value))),
            ],
        };
    }

    private static object OfClass(ClassFigures one) => EvaluationReport.Object(
        one.Figures.Select(figure => KeyValuePair.Create(figure.Key, (object?)EvaluationReport.Finite(figure.Value)))
            .Prepend(new("name", one.Name)));

    private static ReportTable OfClasses(IReadOnlyList<ClassFigures> classes, Estimate?[][] estimates) => new(
        ["class", .. classes[0].Figures.SelectMany(figure => new[] { figure.Key, "±", "folds" })],
        [
            .. classes.Select((one, c) => (IReadOnlyList<string>)
                [
                    one.Name,
                    .. estimates[c].SelectMany(e => new[] { Shown(e?.Mean), Shown(e?.StandardDeviation), Count(e?.Count ?? 0) }),
                ]),
        ]);

    private static KeyValuePair<string, double>[] Means(IReadOnlyList<IReadOnlyList<KeyValuePair<string, double>>> figures) =>
        [.. figures[0].Select((figure, i) => KeyValuePair.Create(figure.Key, figures.Average(fold => fold[i].Value)))];

    /// <summary>Over the folds in which something could be measured; null if there is none.</summary>
    private static Estimate? Over(IEnumerable<double> values) =>
        values.Where(double.IsFinite).ToArray() is { Length: > 0 } finite ? Estimate.Of(finite) : null;

    private static string Count(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    // Figures of images with masks are shares.
    private static string Shown(double? share) => EvaluationReport.Percent(share ?? double.NaN);

    private static string Learned((SegmentationData Data, EvaluationReport Report) one) =>
        one.Report.Facts.Concat(one.Report.Parts).FirstOrDefault(fact => fact.Key == "trainImages").Value is int number
            ? Count(number)
            : Count(one.Data.Train.Count);

    private sealed class Told(IProgress<EvaluationProgress> to, string place) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => to.Report(
            value with { Text = $"{place}  {value.Text}", Line = value.Line is { } line ? $"{place}: {line}" : null });
    }
}
