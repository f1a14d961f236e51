namespace DenseCL.Training.Logs;

/// <summary>A line of speed.jsonl: the speed of the steps since the last line.</summary>
/// <param name="Step">Steps done, from 1.</param>
/// <param name="Epoch">The epoch of the step, from 1.</param>
/// <param name="SecondsPerStep">Mean wall-clock time of a step.</param>
/// <param name="ImagesPerSecond">Images, each with two views.</param>
/// <param name="LoaderWaitShare">The share of the time during which the training waited for images, 0 … 1; near 0 if the loader keeps
/// up.</param>
/// <param name="ResidentMb">Resident memory of the process, in units of 2²⁰ bytes.</param>
internal sealed record LoggedSpeed(
    long Step,
    long Epoch,
    double SecondsPerStep,
    double ImagesPerSecond,
    double LoaderWaitShare,
    double ResidentMb);
