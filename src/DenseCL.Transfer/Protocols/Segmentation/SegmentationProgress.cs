namespace DenseCL.Transfer.Protocols.Segmentation;

/// <summary>How far a segmentation is.</summary>
/// <param name="Testing">Whether it is being measured; before that it learns.</param>
/// <param name="Done">Steps learned, or images measured.</param>
/// <param name="Total">Of how many.</param>
/// <param name="Loss">Mean loss in nats since the last logged step; NaN in the test.</param>
/// <param name="LearningRate">Of the step; 0 in the test.</param>
/// <param name="ImagesPerSecond">Crops learned or images measured.</param>
/// <param name="Remaining">Time to the end of this part.</param>
/// <param name="Logged">Whether it is worth a line.</param>
public sealed record SegmentationProgress(
    bool Testing, long Done, long Total, double Loss, double LearningRate, double ImagesPerSecond, TimeSpan Remaining, bool Logged);
