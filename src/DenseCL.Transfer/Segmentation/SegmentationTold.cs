using DenseCL.Transfer.Features;

namespace DenseCL.Transfer.Segmentation;

/// <summary>Tells the progress of a segmentation as that of any evaluation.</summary>
/// <param name="to">Receives it.</param>
/// <param name="testing">What to call the part that measures.</param>
internal sealed class SegmentationTold(IProgress<EvaluationProgress> to, string testing = "test") : IProgress<SegmentationProgress>
{
    public void Report(SegmentationProgress value)
    {
        string text = value.Testing
            ? FormattableString.Invariant($"{testing} {value.Done}/{value.Total}  {value.ImagesPerSecond:F1} images/s")
            : FormattableString.Invariant(
                $"step {value.Done}/{value.Total}  loss {value.Loss:F3}  lr {value.LearningRate:G3}  {value.ImagesPerSecond:F1} images/s"
            );
        string? line = value.Logged ? $"{text}  {Time(value.Remaining)} left" : null;
        to.Report(new EvaluationProgress(value.Testing ? testing : "train", value.Done, value.Total, text, line));
    }

    /// <summary>A time in words.</summary>
    public static string Time(TimeSpan time) => time.TotalHours >= 1
        ? FormattableString.Invariant($"{(int)time.TotalHours} h {time.Minutes:D2} min")
        : FormattableString.Invariant($"{time.Minutes} min {time.Seconds:D2} s");
}
