using DenseCL.Transfer.Segmentation.Training;

namespace DenseCL.Transfer.Segmentation;

/// <summary>The progress of a segmentation.</summary>
/// <param name="Testing">Whether it is in the test; otherwise it is in training.</param>
/// <param name="Done">Training steps or test images done.</param>
/// <param name="Total">All steps or images.</param>
/// <param name="Loss">Mean loss in nats since the last logged step; NaN in the test.</param>
/// <param name="LearningRate">The learning rate of the step; 0 in the test.</param>
/// <param name="ImagesPerSecond">Crops trained on or images tested, per second.</param>
/// <param name="Remaining">Time to the end of this part.</param>
/// <param name="Logged">Whether to log a line.</param>
public sealed record SegmentationProgress(
    bool Testing, long Done, long Total, double Loss, double LearningRate, double ImagesPerSecond, TimeSpan Remaining, bool Logged)
{
    /// <summary>The progress after a step of training.</summary>
    internal static SegmentationProgress Of(TrainedStep done, long steps) => new(
        Testing: false, done.Step, steps, done.Loss, done.LearningRate, done.ImagesPerSecond, done.Remaining, done.Speed is not null);
}
