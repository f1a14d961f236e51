namespace DenseCL.Transfer.FineTuning;

/// <summary>A line of metrics.jsonl: what the training computed since the line before.</summary>
/// <param name="Step">Steps done, from 1.</param>
/// <param name="Epoch">Which time the images are used, from 1.</param>
/// <param name="LearningRate">The learning rate of the step.</param>
/// <param name="Loss">Mean loss of the steps since the line before, in nats.</param>
internal sealed record LoggedStep(long Step, long Epoch, double LearningRate, double Loss);
