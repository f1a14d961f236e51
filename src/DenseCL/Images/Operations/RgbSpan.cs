namespace DenseCL.Images.Operations;

/// <summary>The argument checks shared by all operations on spans of RGB pixels.</summary>
internal static class RgbSpan
{
    /// <summary>Throws unless the span is (height, width, 3).</summary>
    public static void Check(ReadOnlySpan<byte> pixels, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.Length != (long)width * height * 3)
        {
            throw new ArgumentException(
                $"{pixels.Length} bytes are not {width} × {height} RGB pixels; pass exactly width · height · 3.",
                nameof(pixels));
        }
    }

    /// <summary>Throws unless the span is whole pixels.</summary>
    public static void Check(ReadOnlySpan<byte> pixels)
    {
        if (pixels.Length % 3 != 0)
        {
            throw new ArgumentException($"{pixels.Length} bytes are not a whole number of RGB pixels.", nameof(pixels));
        }
    }
}
