namespace DenseCL.Transfer.Features;

/// <summary>The features of one image, as a frozen backbone computes them.</summary>
/// <param name="Path">The image: its path below the folder of images, with '/' between the parts.</param>
/// <param name="Height">The height of the map in positions; 1 for pooled features.</param>
/// <param name="Width">The width of the map in positions; 1 for pooled features.</param>
/// <param name="Channels">The length of the vector at each position.</param>
/// <param name="Values">(Height, Width, Channels), row by row.</param>
public sealed record ImageFeatures(string Path, int Height, int Width, int Channels, float[] Values);
