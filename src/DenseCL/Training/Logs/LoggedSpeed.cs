namespace DenseCL.Training.Logs;

/// <summary>A line of speed.jsonl: how fast the steps since the last line went.</summary>
/// <param name="Step">Steps done, from 1.</param>
/// <param name="Epoch">The epoch of the step, from 1.</param>
/// <param name="SecondsPerStep">Mean wall-clock time of a step.</param>
/// <param name="ImagesPerSecond">Images, two views each.</param>
/// <param name="LoaderWaitShare">The share of the time in which the training waited for images, 0 … 1; near 0 when the loader keeps
/// up.</param>
/// <param name="ResidentMb">Resident memory of the process, in units of 2²⁰ bytes.</param>
internal sealed record LoggedSpeed(
    long Step,
    long Epoch,
    double SecondsPerStep,
    double ImagesPerSecond,
    double LoaderWaitShare,
    double ResidentMb);
