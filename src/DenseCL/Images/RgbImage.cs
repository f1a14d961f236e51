using DenseCL.Recipes;

namespace DenseCL.Images;

/// <summary>
/// An 8-bit image in a buffer that grows but never shrinks, so a loader thread can decode image after image into it. It has red, green and
/// blue, or as many channels as <see cref="ImageLimits.Channels"/> says.
/// </summary>
public sealed class RgbImage
{
    private byte[] buffer = [];

    /// <summary>Width in pixels; 0 until <see cref="Reset"/> was called.</summary>
    public int Width { get; private set; }

    /// <summary>Height in pixels; 0 until <see cref="Reset"/> was called.</summary>
    public int Height { get; private set; }

    /// <summary>Channels of a pixel, 3 for red, green and blue.</summary>
    public int Channels { get; private set; } = DataOptions.Rgb;

    /// <summary>The pixels, (Height, Width, Channels): row by row, red green blue, no padding.</summary>
    public Span<byte> Pixels => buffer.AsSpan(0, Width * Height * Channels);

    /// <summary>Red, green and blue to look at: the first three channels, or the first in grey if there are only two or one.</summary>
    /// <param name="pixels">Pixels of any number of channels.</param>
    /// <param name="channels">How many.</param>
    internal static byte[] Shown(ReadOnlySpan<byte> pixels, int channels)
    {
        if (channels == DataOptions.Rgb) return pixels.ToArray();

        byte[] rgb = new byte[pixels.Length / channels * 3];
        for (int to = 0, from = 0; to < rgb.Length; to += 3, from += channels)
        {
            if (channels > 3)
                pixels.Slice(from, 3).CopyTo(rgb.AsSpan(to));
            else
                rgb.AsSpan(to, 3).Fill(pixels[from]);
        }

        return rgb;
    }

    /// <summary>Sets the size; the content of the pixels is then undefined.</summary>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1; width × height × channels must fit an array.</param>
    /// <param name="channels">Channels of a pixel, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the image is too large for an array.</exception>
    public void Reset(int width, int height, int channels = DataOptions.Rgb)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        long bytes = (long)width * height * channels;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Array.MaxLength, nameof(width));
        if (buffer.Length < bytes)
        {
            buffer = GC.AllocateUninitializedArray<byte>((int)bytes);
        }

        (Width, Height, Channels) = (width, height, channels);
    }
}
