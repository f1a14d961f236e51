namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>
/// A colour for each class: the palette of PASCAL VOC, which gives classes with close numbers very different colours.
/// </summary>
internal static class SegmentationColours
{
    /// <summary>The colour of a class: its bits, three at a time from the lowest, are the highest bits of red, green and blue.</summary>
    public static (byte Red, byte Green, byte Blue) Of(int @class)
    {
        int red = 0, green = 0, blue = 0;
        for (int bit = 7; bit >= 0; bit--, @class >>= 3)
        {
            red |= (@class & 1) << bit;
            green |= ((@class >> 1) & 1) << bit;
            blue |= ((@class >> 2) & 1) << bit;
        }

        return ((byte)red, (byte)green, (byte)blue);
    }

    /// <summary>Blends each pixel equally with the colour of its class.</summary>
    /// <param name="pixels">(P, 3), changed in place.</param>
    /// <param name="classes">(P)</param>
    public static void Draw(Span<byte> pixels, ReadOnlySpan<byte> classes)
    {
        for (int p = 0; p < classes.Length; p++)
        {
            (byte red, byte green, byte blue) = Of(classes[p]);
            Span<byte> pixel = pixels.Slice(p * 3, 3);
            (pixel[0], pixel[1], pixel[2]) = ((byte)((pixel[0] + red) / 2), (byte)((pixel[1] + green) / 2), (byte)((pixel[2] + blue) / 2));
        }
    }
}
