using DenseCL.Training.Logs;

namespace DenseCL.Transfer.Segmentation.Training;

/// <summary>A step of training that is done.</summary>
/// <param name="Step">Steps done, from 1.</param>
/// <param name="Loss">Mean loss in nats since the last logged step.</param>
/// <param name="LearningRate">The learning rate of the step.</param>
/// <param name="ImagesPerSecond">Crops trained on, per second.</param>
/// <param name="Remaining">Time to the last step.</param>
/// <param name="Speed">The speed since the last logged step; null if this step is not logged.</param>
internal readonly record struct TrainedStep(
    long Step, double Loss, double LearningRate, double ImagesPerSecond, TimeSpan Remaining, LoggedSpeed? Speed);
