namespace DenseCL.Data.Loading;

/// <summary>What <see cref="LoaderBenchmark"/> measured.</summary>
/// <param name="Files">Images that were loaded repeatedly.</param>
/// <param name="Threads">Threads that decoded and augmented.</param>
/// <param name="ImagesPerSecond">Images that became two views each.</param>
/// <param name="DecodedPerSecond">Images that were read and fully decoded, and nothing else.</param>
/// <param name="PeakMegabytes">The peak resident memory of the process, in units of 2²⁰ bytes.</param>
public sealed record LoaderSpeed(int Files, int Threads, double ImagesPerSecond, double DecodedPerSecond, long PeakMegabytes);
