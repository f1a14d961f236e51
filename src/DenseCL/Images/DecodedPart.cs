namespace DenseCL.Images;

/// <summary>Where a decoded part lies in its image.</summary>
/// <param name="Left">Its left edge, in full-size pixels of the image as meant to be seen; below 0 where a reduced pixel hangs over the
/// image's edge.</param>
/// <param name="Top">Its upper edge, likewise.</param>
/// <param name="Reduction">How many pixels of the image, across and down, became one: 1, 2, 4 or 8.</param>
internal readonly record struct DecodedPart(int Left, int Top, int Reduction);
