namespace DenseCL.Images;

/// <summary>What the head of an image file says, without its pixels.</summary>
/// <param name="Width">Width in pixels as the image is meant to be seen (after its EXIF orientation).</param>
/// <param name="Height">Height in pixels as the image is meant to be seen (after its EXIF orientation).</param>
public readonly record struct ImageHeader(int Width, int Height);
