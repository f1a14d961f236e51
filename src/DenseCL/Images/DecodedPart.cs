namespace DenseCL.Images;

/// <summary>Where a decoded part lies in its image.</summary>
/// <param name="Left">Its left edge, in full-size pixels of the image as displayed; below 0 if a reduced pixel extends beyond the image's
/// edge.</param>
/// <param name="Top">Its upper edge, in the same unit.</param>
/// <param name="Reduction">How many pixels of the image, across and down, became one: 1, 2, 4 or 8.</param>
internal readonly record struct DecodedPart(int Left, int Top, int Reduction);
