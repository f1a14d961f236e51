using DenseCL.Transfer.Protocols.Reports;

namespace DenseCL.Transfer.FineTuning;

/// <summary>What a finished fine-tuning came to.</summary>
/// <param name="Report">The figures of the last state on the images to measure on, as <c>eval segmentation</c> gives them.</param>
/// <param name="Best">The best measurement on the validation images; null if there were none.</param>
/// <param name="BestFigures">The figures of that state on the images to measure on; null if it is the last state or there is none.</param>
/// <param name="Steps">Steps trained.</param>
/// <param name="EndedEarly">Whether the training ended before its last step because mIoU no longer rose.</param>
public sealed record FineTuningResult(
    EvaluationReport Report,
    BestState? Best,
    IReadOnlyList<KeyValuePair<string, double>>? BestFigures,
    long Steps,
    bool EndedEarly)
{
    /// <summary>Figures of the last state, and what is known of the best one, for JSON.</summary>
    public IReadOnlyDictionary<string, object?> ForJson => EvaluationReport.Object(
    [
        new("step", Steps),
        new("endedEarly", EndedEarly),
        new("figures", Figures(Report.Figures)),
        new("best", Best is not { } best ? null : EvaluationReport.Object(
        [
            new("step", best.Step),
            new("valMeanIoU", EvaluationReport.Finite(best.MeanIoU)),
            new("figures", Figures(BestFigures ?? Report.Figures)),
        ])),
    ]);

    private static OrderedDictionary<string, object?> Figures(IReadOnlyList<KeyValuePair<string, double>> figures) =>
        EvaluationReport.Object(figures.Select(figure => KeyValuePair.Create(figure.Key, (object?)EvaluationReport.Finite(figure.Value))));
}
