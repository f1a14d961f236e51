using System.Globalization;

namespace DenseCL.Images.Operations;

/// <summary>Bilinear resampling with antialias, equal to the last bit to Pillow's <c>Image.resize(…, BILINEAR)</c>.</summary>
internal static class Resample
{
    /// <summary>
    /// Cuts a rectangle out and then resizes it, like torchvision's <c>resized_crop</c>: no pixel outside the rectangle has an influence.
    /// </summary>
    /// <param name="source">The image.</param>
    /// <param name="left">Left edge of the rectangle in the image.</param>
    /// <param name="top">Upper edge of the rectangle in the image.</param>
    /// <param name="width">Width of the rectangle, at least 1.</param>
    /// <param name="height">Height of the rectangle, at least 1.</param>
    /// <param name="into">Receives the result, (outHeight, outWidth, channels).</param>
    /// <param name="outWidth">Width of the result, at least 1.</param>
    /// <param name="outHeight">Height of the result, at least 1.</param>
    /// <param name="scratch">Working memory.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle is not inside the image, or a size is below 1.</exception>
    /// <exception cref="ArgumentException"><paramref name="into"/> does not have outWidth · outHeight · channels bytes.</exception>
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
        RgbSpan.Check(into, outWidth, outHeight, source.Channels);

        int channels = source.Channels, stride = source.Width * channels;
        ReadOnlySpan<byte> pixels = source.Pixels[((top * stride) + (left * channels))..];
        Resize(pixels, channels, stride, width, 0, width, height, 0, height, into, outWidth, outHeight, scratch);
    }

    /// <summary>
    /// Resizes a rectangle whose edges may lie within pixels, like Pillow's <c>resize(…, box=(left, top, left + width, top + height))</c>:
    /// pixels of the image just outside the rectangle have an influence.
    /// </summary>
    /// <param name="source">The image.</param>
    /// <param name="left">Left edge of the rectangle in pixels of the image; 0 is the left edge of the first pixel. All four values are
    /// rounded to single precision.</param>
    /// <param name="top">Upper edge of the rectangle.</param>
    /// <param name="width">Width of the rectangle, above 0.</param>
    /// <param name="height">Height of the rectangle, above 0.</param>
    /// <param name="into">Receives the result, (outHeight, outWidth, channels).</param>
    /// <param name="outWidth">Width of the result, at least 1.</param>
    /// <param name="outHeight">Height of the result, at least 1.</param>
    /// <param name="scratch">Working memory.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle is not inside the image or is empty, or a size of the result is below
    /// 1.</exception>
    /// <exception cref="ArgumentException"><paramref name="into"/> does not have outWidth · outHeight · channels bytes.</exception>
    public static void ResizedBox(
        RgbImage source,
        double left,
        double top,
        double width,
        double height,
        Span<byte> into,
        int outWidth,
        int outHeight,
        Scratch scratch)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(scratch);
        RgbSpan.Check(into, outWidth, outHeight, source.Channels);
        (float right, float bottom) = ((float)(left + width), (float)(top + height));
        CheckEdges((float)left, right, source.Width, nameof(width));
        CheckEdges((float)top, bottom, source.Height, nameof(height));

        Resize(
            source.Pixels, source.Channels, source.Width * source.Channels, source.Width, (float)left, right,
            source.Height, (float)top, bottom, into, outWidth, outHeight, scratch);
    }

    private static void CheckEdges(float low, float high, int side, string name)
    {
        if (!(low >= 0 && low < high && high <= side))
        {
            throw new ArgumentOutOfRangeException(
                name,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A box from {low} to {high} is empty or not inside the image, whose side is {side} pixels."));
        }
    }

    // pixels: from the first pixel of the first row. `from…`: the columns and rows that may be read. `low` to `high`: what is resized.
    private static void Resize(
        ReadOnlySpan<byte> pixels, int channels, int pixelStride, int fromWidth, float left, float right,
        int fromHeight, float top, float bottom, Span<byte> into, int outWidth, int outHeight, Scratch scratch)
    {
        int acrossLength = TriangleWindows.Length(left, right, outWidth);
        int downLength = TriangleWindows.Length(top, bottom, outHeight);
        Span<int> integers = scratch.Integers(checked(acrossLength + downLength));
        TriangleWindows across = TriangleWindows.Fill(integers[..acrossLength], fromWidth, left, right, outWidth);
        TriangleWindows down = TriangleWindows.Fill(integers[acrossLength..], fromHeight, top, bottom, outHeight);

        _ = down.Of(0, out int firstRow);
        int rows = down.Of(outHeight - 1, out int lastWindow).Length + lastWindow - firstRow;
        ReadOnlySpan<byte> seen = pixels[(firstRow * pixelStride)..];
        if (Lanes.AreSupported && channels == 3)
        {
            ResampleLanes.Resize(seen, pixelStride, across, down, firstRow, rows, into, outWidth, outHeight, scratch);
        }
        else
        {
            Resize(seen, channels, pixelStride, across, down, firstRow, rows, into, outWidth, outHeight, scratch);
        }
    }

    // The version without vector instructions, for any number of channels; the version with them must give the same result for three.
    private static void Resize(
        ReadOnlySpan<byte> pixels, int channels, int pixelStride, TriangleWindows across, TriangleWindows down, int firstRow, int rows,
        Span<byte> into, int outWidth, int outHeight, Scratch scratch)
    {
        int stride = outWidth * channels;
        Span<byte> narrowed = scratch.Bytes(checked(rows * stride)); // (rows, outWidth, channels), rounded to 8 bits as Pillow does
        for (int y = 0; y < rows; y++)
        {
            ReadOnlySpan<byte> row = pixels[(y * pixelStride)..];
            for (int x = 0; x < outWidth; x++)
            {
                ReadOnlySpan<int> weights = across.Of(x, out int first);
                for (int channel = 0; channel < channels; channel++)
                {
                    narrowed[(y * stride) + (x * channels) + channel] = WeightedSum(row[((first * channels) + channel)..], channels, weights);
                }
            }
        }

        for (int y = 0; y < outHeight; y++)
        {
            ReadOnlySpan<int> weights = down.Of(y, out int first);
            for (int i = 0; i < stride; i++)
            {
                into[(y * stride) + i] = WeightedSum(narrowed[(((first - firstRow) * stride) + i)..], stride, weights);
            }
        }
    }

    private static byte WeightedSum(ReadOnlySpan<byte> levels, int step, ReadOnlySpan<int> weights)
    {
        int sum = TriangleWindows.Half;
        for (int tap = 0; tap < weights.Length; tap++)
        {
            sum += weights[tap] * levels[tap * step];
        }

        return TriangleWindows.Level(sum);
    }
}
