namespace DenseCL.Transfer.Labelled;

/// <summary>A class for each pixel.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Values">(Height, Width), row by row: the class, or 255 for pixels that do not count.</param>
public sealed record Mask(int Width, int Height, byte[] Values);
