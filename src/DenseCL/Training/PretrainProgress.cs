using DenseCL.Method;
namespace DenseCL.Training;

/// <summary>The progress of a run, reported after every step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Epoch">The current epoch, from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="LearningRate">The learning rate of the step.</param>
/// <param name="Report">What the step computed.</param>
/// <param name="QueueFilled">The share of the queue that consists of real keys, 0 … 1.</param>
/// <param name="ImagesPerSecond">The speed of the last steps.</param>
/// <param name="Remaining">The time that the remaining steps will take at this speed.</param>
/// <param name="Logged">Whether this step went into metrics.jsonl.</param>
/// <param name="Notice">A sentence the user should read, once: that a rising loss is expected, or that something collapsed.</param>
public sealed record PretrainProgress(
    long Step,
    long Steps,
    int Epoch,
    int Epochs,
    double LearningRate,
    StepReport Report,
    double QueueFilled,
    double ImagesPerSecond,
    TimeSpan Remaining,
    bool Logged,
    string? Notice);
