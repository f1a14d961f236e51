namespace DenseCL.Images.Operations;

/// <summary>The argument checks shared by all operations on spans of pixels.</summary>
internal static class RgbSpan
{
    /// <summary>Throws unless the span is (height, width, channels).</summary>
    public static void Check(ReadOnlySpan<byte> pixels, int width, int height, int channels = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.Length != (long)width * height * channels)
        {
            throw new ArgumentException(
                $"{pixels.Length} bytes are not {width} × {height} pixels of {channels} channels; pass exactly width · height · channels.",
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
