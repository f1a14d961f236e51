namespace DenseCL.Transfer.Features;

/// <summary>The features of an image, and the image as the network saw it.</summary>
/// <param name="Features">Its features.</param>
/// <param name="Pixels">(Height, Width, 3), red green blue.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
internal sealed record SeenImage(ImageFeatures Features, byte[] Pixels, int Width, int Height);
