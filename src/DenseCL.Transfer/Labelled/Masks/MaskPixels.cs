namespace DenseCL.Transfer.Labelled.Masks;

/// <summary>The pixels of a mask as its file has them.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Channels">1 for grey values and indices of a palette, 3 for colours.</param>
/// <param name="IsPalette">Whether the numbers are indices of a palette.</param>
/// <param name="Values">(Height, Width, Channels), row by row.</param>
internal sealed record MaskPixels(int Width, int Height, int Channels, bool IsPalette, byte[] Values)
{
    /// <summary>The value of a pixel.</summary>
    /// <param name="pixel">Its number, row by row.</param>
    public PixelValue this[int pixel] => Channels == 1
        ? PixelValue.Of(Values[pixel])
        : new PixelValue(Values[pixel * 3], Values[(pixel * 3) + 1], Values[(pixel * 3) + 2]);
}
