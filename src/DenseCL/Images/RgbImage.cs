namespace DenseCL.Images;

/// <summary>
/// An 8-bit RGB image in a buffer that grows but never shrinks, so a loader thread can decode image after image into it.
/// </summary>
public sealed class RgbImage
{
    private byte[] buffer = [];

    /// <summary>Width in pixels; 0 until <see cref="Reset"/> was called.</summary>
    public int Width { get; private set; }

    /// <summary>Height in pixels; 0 until <see cref="Reset"/> was called.</summary>
    public int Height { get; private set; }

    /// <summary>The pixels, (Height, Width, 3): row by row, red green blue, no padding.</summary>
    public Span<byte> Pixels => buffer.AsSpan(0, Width * Height * 3);

    /// <summary>Sets the size; the content of the pixels is then undefined.</summary>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1; width × height × 3 must fit an array.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1, or the image is too large for an array.</exception>
    public void Reset(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        long bytes = (long)width * height * 3;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Array.MaxLength, nameof(width));
        if (buffer.Length < bytes)
        {
            buffer = GC.AllocateUninitializedArray<byte>((int)bytes);
        }

        (Width, Height) = (width, height);
    }
}
