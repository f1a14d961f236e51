using DenseCL.Platform;

namespace DenseCL.Training.Logs;

/// <summary>What <see cref="StepBenchmark"/> measured.</summary>
/// <param name="Precision">The precision of the activations, never <c>auto</c>.</param>
/// <param name="Threads">Threads that computed.</param>
/// <param name="SecondsPerStep">The median over the steps.</param>
/// <param name="ImagesPerSecond">Images per step, each with two views, divided by <paramref name="SecondsPerStep"/>.</param>
/// <param name="PeakMegabytes">The peak resident memory of the process, in units of 2²⁰ bytes.</param>
public sealed record StepSpeed(Precision Precision, int Threads, double SecondsPerStep, double ImagesPerSecond, long PeakMegabytes);
