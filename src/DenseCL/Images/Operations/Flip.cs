using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DenseCL.Images.Operations;

/// <summary>Mirroring, left to right, top to bottom and along the diagonal.</summary>
internal static class Flip
{
    private const int VectorPixels = 5; // 15 of 16 bytes
    private const byte No = 255;

    // Five pixels in reverse order, from the upper 15 bytes to the lower ones, and from the lower to the upper.
    private static Vector128<byte> UpperToLower => Vector128.Create(13, 14, 15, 10, 11, 12, 7, 8, 9, 4, 5, 6, 1, 2, 3, No);

    private static Vector128<byte> LowerToUpper => Vector128.Create(No, 12, 13, 14, 9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2);

    private static Vector128<byte> Highest => Vector128.Create(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, byte.MaxValue);

    private static Vector128<byte> Lowest => Vector128.CreateScalar(byte.MaxValue);

    /// <summary>Mirrors left to right, in place.</summary>
    /// <param name="pixels">(height, width, channels).</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="channels">Channels of a pixel.</param>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> has another length.</exception>
    public static void Horizontal(Span<byte> pixels, int width, int height, int channels = 3)
    {
        RgbSpan.Check(pixels, width, height, channels);
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = pixels.Slice(y * width * channels, width * channels);
            if (channels != 3)
            {
                SwapPixels(row, channels);
                continue;
            }

            if (Vector128.IsHardwareAccelerated)
            {
                row = SwapEnds(row);
            }

            row.Reverse(); // also reverses red, green and blue, which is corrected below
            for (int i = 0; i < row.Length; i += 3)
            {
                (row[i], row[i + 2]) = (row[i + 2], row[i]);
            }
        }
    }

    /// <summary>Mirrors top to bottom, in place.</summary>
    /// <param name="pixels">(height, width, channels).</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="channels">Channels of a pixel.</param>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> has another length.</exception>
    public static void Vertical(Span<byte> pixels, int width, int height, int channels = 3)
    {
        RgbSpan.Check(pixels, width, height, channels);
        int row = width * channels;
        byte[] kept = ArrayPool<byte>.Shared.Rent(row);
        for (int top = 0, bottom = height - 1; top < bottom; top++, bottom--)
        {
            Span<byte> upper = pixels.Slice(top * row, row), lower = pixels.Slice(bottom * row, row);
            upper.CopyTo(kept);
            lower.CopyTo(upper);
            kept.AsSpan(0, row).CopyTo(lower);
        }

        ArrayPool<byte>.Shared.Return(kept);
    }

    /// <summary>Exchanges rows and columns, in place.</summary>
    /// <param name="pixels">(side, side, channels).</param>
    /// <param name="side">Width and height in pixels.</param>
    /// <param name="channels">Channels of a pixel.</param>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> has another length.</exception>
    public static void Transpose(Span<byte> pixels, int side, int channels = 3)
    {
        RgbSpan.Check(pixels, side, side, channels);
        for (int y = 1; y < side; y++)
        {
            for (int x = 0; x < y; x++)
            {
                (int a, int b) = (((y * side) + x) * channels, ((x * side) + y) * channels);
                for (int end = a + channels; a < end; a++, b++)
                    (pixels[a], pixels[b]) = (pixels[b], pixels[a]);
            }
        }
    }

    private static void SwapPixels(Span<byte> row, int channels)
    {
        for (int left = 0, right = row.Length - channels; left < right; left += channels, right -= channels)
        {
            for (int channel = 0; channel < channels; channel++)
                (row[left + channel], row[right + channel]) = (row[right + channel], row[left + channel]);
        }
    }

    // Swaps five pixels from each end while there are enough, and returns those that are left in the middle.
    private static Span<byte> SwapEnds(Span<byte> row)
    {
        const int step = VectorPixels * 3;
        if (row.Length < Vector128<byte>.Count * 2)
        {
            return row;
        }

        ref byte first = ref MemoryMarshal.GetReference(row);
        nuint left = 0, right = (nuint)(row.Length - Vector128<byte>.Count);
        Vector128<byte> lower = Vector128.LoadUnsafe(ref first, left);
        Vector128<byte> upper = Vector128.LoadUnsafe(ref first, right);
        while (left + (nuint)Vector128<byte>.Count <= right)
        {
            // Loaded before the store, because the two share a byte.
            Vector128<byte> nextLower = Vector128.LoadUnsafe(ref first, left + step);
            Vector128<byte> nextUpper = Vector128.LoadUnsafe(ref first, right - step);
            (Vector128.Shuffle(upper, UpperToLower) | (lower & Highest)).StoreUnsafe(ref first, left);
            (Vector128.Shuffle(lower, LowerToUpper) | (upper & Lowest)).StoreUnsafe(ref first, right);
            (lower, upper) = (nextLower, nextUpper);
            (left, right) = (left + step, right - step);
        }

        return row[(int)left..^(int)left];
    }
}
