namespace DenseCL.Images;

/// <summary>Bilinear resampling with antialias, equal to the last bit to Pillow's <c>Image.resize(…, BILINEAR)</c>.</summary>
public static class Resample
{
    private const int Half = 1 << (TriangleWindows.Precision - 1);

    /// <summary>Cuts a rectangle out and then resizes it, as torchvision's <c>resized_crop</c>: no pixel outside the rectangle has an influence.</summary>
    /// <param name="source">The image.</param>
    /// <param name="left">Left edge of the rectangle in the image.</param>
    /// <param name="top">Upper edge of the rectangle in the image.</param>
    /// <param name="width">Width of the rectangle, at least 1.</param>
    /// <param name="height">Height of the rectangle, at least 1.</param>
    /// <param name="into">Receives the result, (outHeight, outWidth, 3).</param>
    /// <param name="outWidth">Width of the result, at least 1.</param>
    /// <param name="outHeight">Height of the result, at least 1.</param>
    /// <param name="scratch">Working memory.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle is not inside the image, or a size is below 1.</exception>
    /// <exception cref="ArgumentException"><paramref name="into"/> has not outWidth · outHeight · 3 bytes.</exception>
    public static void ResizedCrop(
        RgbImage source, int left, int top, int width, int height, Span<byte> into, int outWidth, int outHeight, Scratch scratch)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(scratch);
        ArgumentOutOfRangeException.ThrowIfLessThan(left, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, source.Width - left);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, source.Height - top);
        RgbSpan.Check(into, outWidth, outHeight);

        int stride = outWidth * 3;
        int acrossLength = TriangleWindows.Length(width, outWidth);
        Span<int> integers = scratch.Integers(acrossLength + TriangleWindows.Length(height, outHeight) + stride);
        TriangleWindows across = TriangleWindows.Fill(integers[..acrossLength], width, outWidth);
        TriangleWindows down = TriangleWindows.Fill(integers[acrossLength..^stride], height, outHeight);
        Span<int> sums = integers[^stride..];
        Span<byte> narrowed = scratch.Bytes(height * stride); // (height, outWidth, 3), rounded to 8 bits as Pillow does

        ReadOnlySpan<byte> pixels = source.Pixels;
        for (int y = 0; y < height; y++)
        {
            Across(pixels.Slice((((top + y) * source.Width) + left) * 3, width * 3), across, narrowed.Slice(y * stride, stride));
        }

        for (int y = 0; y < outHeight; y++)
        {
            ReadOnlySpan<int> weights = down.Of(y, out int first);
            Down(narrowed[(first * stride)..], weights, sums, into.Slice(y * stride, stride));
        }
    }

    private static void Across(ReadOnlySpan<byte> row, TriangleWindows windows, Span<byte> into)
    {
        for (int x = 0; x < into.Length / 3; x++)
        {
            ReadOnlySpan<int> weights = windows.Of(x, out int first);
            ReadOnlySpan<byte> seen = row.Slice(first * 3, weights.Length * 3);
            int red = Half, green = Half, blue = Half;
            for (int tap = 0; tap < weights.Length; tap++)
            {
                int weight = weights[tap];
                red += weight * seen[tap * 3];
                green += weight * seen[(tap * 3) + 1];
                blue += weight * seen[(tap * 3) + 2];
            }

            Span<byte> pixel = into.Slice(x * 3, 3);
            (pixel[0], pixel[1], pixel[2]) = (Clip(red), Clip(green), Clip(blue));
        }
    }

    // A row at a time over all columns, so that memory is read in its order.
    private static void Down(ReadOnlySpan<byte> rows, ReadOnlySpan<int> weights, Span<int> sums, Span<byte> into)
    {
        sums.Fill(Half);
        for (int tap = 0; tap < weights.Length; tap++)
        {
            int weight = weights[tap];
            ReadOnlySpan<byte> row = rows.Slice(tap * sums.Length, sums.Length);
            for (int i = 0; i < row.Length; i++)
            {
                sums[i] += weight * row[i];
            }
        }

        for (int i = 0; i < into.Length; i++)
        {
            into[i] = Clip(sums[i]);
        }
    }

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> TriangleWindows.Precision, 0, 255);
}
