namespace DenseCL.Images;

/// <summary>What the header of an image file says, without its pixels.</summary>
/// <param name="Width">Width in pixels of the image as displayed (after its EXIF orientation).</param>
/// <param name="Height">Height in pixels of the image as displayed (after its EXIF orientation).</param>
public readonly record struct ImageHeader(int Width, int Height);
