namespace DenseCL.Data.Loading;

/// <summary>
/// Where a view was cut from its image, in pixels of the full-size image as displayed (after its EXIF orientation).
/// </summary>
/// <param name="Left">Left edge of the crop, at least 0.</param>
/// <param name="Top">Upper edge of the crop, at least 0.</param>
/// <param name="Width">Width of the crop, at least 1.</param>
/// <param name="Height">Height of the crop, at least 1.</param>
/// <param name="Flipped">Whether the view was mirrored left to right after the crop.</param>
public readonly record struct CropGeometry(int Left, int Top, int Width, int Height, bool Flipped);
