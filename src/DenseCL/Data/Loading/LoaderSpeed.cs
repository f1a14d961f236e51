namespace DenseCL.Data.Loading;

/// <summary>What <see cref="LoaderBenchmark"/> measured.</summary>
/// <param name="Files">Images that were loaded again and again.</param>
/// <param name="Threads">Threads that decoded and augmented.</param>
/// <param name="ImagesPerSecond">Images, of which each became two views.</param>
/// <param name="DecodedPerSecond">Images, of which each was read and decoded whole, and no more.</param>
/// <param name="PeakMegabytes">The most memory that the process ever had in use, resident, in units of 2²⁰ bytes.</param>
public sealed record LoaderSpeed(int Files, int Threads, double ImagesPerSecond, double DecodedPerSecond, long PeakMegabytes);
