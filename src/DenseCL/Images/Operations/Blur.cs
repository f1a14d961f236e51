using System.Runtime.InteropServices;

namespace DenseCL.Images.Operations;

/// <summary>Gaussian blur like Pillow's <c>ImageFilter.GaussianBlur</c>, equal to the last bit.</summary>
/// <remarks>
/// Three box blurs replace the Gaussian. A box has an integer radius and a fractional weight for one more pixel at either end, so any
/// variance can be met exactly (Gwosdek, Grewenig, Bruhn, Weickert: Theoretical foundations of Gaussian convolution by extended box
/// filtering, SSVM 2011). At the edges the last pixel repeats.
/// </remarks>
internal static class Blur
{
    private const int Passes = 3;
    private const uint One = 1 << 24;

    /// <summary>Blurs in place.</summary>
    /// <param name="pixels">(height, width, channels).</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="sigma">Standard deviation of the Gaussian in pixels, above 0 and at most 1000.</param>
    /// <param name="scratch">Working memory.</param>
    /// <param name="channels">Channels of a pixel.</param>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> has another length, or <paramref name="sigma"/> is out of
    /// range.</exception>
    public static void Gaussian(Span<byte> pixels, int width, int height, double sigma, Scratch scratch, int channels = 3)
    {
        RgbSpan.Check(pixels, width, height, channels);
        ArgumentNullException.ThrowIfNull(scratch);
        if (!(sigma is > 0 and <= 1000))
        {
            throw new ArgumentOutOfRangeException(
                nameof(sigma),
                sigma,
                "The standard deviation of a blur is above 0 and at most 1000 pixels.");
        }

        float size = BoxRadius((float)sigma);
        int radius = (int)size;
        uint inner = (uint)(One / ((size * 2) + 1));
        uint outer = (One - ((((uint)radius * 2) + 1) * inner)) / 2;
        if (Lanes.AreSupported && channels == 3 && radius <= BlurLanes.MostRadius)
        {
            BlurLanes.Blur(pixels, width, height, Passes, radius, inner, outer, scratch);
            return;
        }

        int stride = width * channels;
        Span<byte> before = scratch.Bytes(pixels.Length);
        Span<uint> sums = MemoryMarshal.Cast<int, uint>(scratch.Integers(stride));
        for (int pass = 0; pass < Passes; pass++)
        {
            pixels.CopyTo(before);
            for (int y = 0; y < height; y++)
            {
                Across(before.Slice(y * stride, stride), pixels.Slice(y * stride, stride), channels, radius, inner, outer);
            }
        }

        for (int pass = 0; pass < Passes; pass++)
        {
            pixels.CopyTo(before);
            Down(before, pixels, sums, radius, inner, outer);
        }
    }

    // The radius of the box which, applied three times, has the variance sigma². In single precision, like Pillow.
    private static float BoxRadius(float sigma)
    {
        float variance = sigma * sigma / Passes;
        float length = (float)Math.Sqrt((12.0 * variance) + 1.0);
        float whole = (float)Math.Floor((length - 1.0) / 2.0);
        float fraction = ((2 * whole) + 1) * ((whole * (whole + 1)) - (3 * variance));
        fraction /= 6 * (variance - ((whole + 1) * (whole + 1)));
        return whole + fraction;
    }

    // Without vectors, for other channels than three, and for very wide boxes, a running sum: its time does not depend on sigma.
    private static void Across(ReadOnlySpan<byte> row, Span<byte> into, int channels, int radius, uint inner, uint outer)
    {
        int last = (row.Length / channels) - 1;
        for (int channel = 0; channel < channels; channel++)
        {
            uint sum = 0; // of the box around the pixel left of the first one
            for (int x = -1 - radius; x < radius; x++)
            {
                sum += row[(Math.Clamp(x, 0, last) * channels) + channel];
            }

            for (int x = 0; x <= last; x++)
            {
                uint left = row[(Math.Max(x - radius - 1, 0) * channels) + channel];
                sum += row[(Math.Min(x + radius, last) * channels) + channel] - left;
                uint right = row[(Math.Min(x + radius + 1, last) * channels) + channel];
                into[(x * channels) + channel] = Weigh(sum, left + right, inner, outer);
            }
        }
    }

    // The same with a whole row of sums, which reads memory in order.
    private static void Down(ReadOnlySpan<byte> image, Span<byte> into, Span<uint> sums, int radius, uint inner, uint outer)
    {
        int stride = sums.Length;
        int last = (image.Length / stride) - 1;
        sums.Clear();
        for (int y = -1 - radius; y < radius; y++)
        {
            ReadOnlySpan<byte> row = image.Slice(Math.Clamp(y, 0, last) * stride, stride);
            for (int i = 0; i < row.Length; i++)
            {
                sums[i] += row[i];
            }
        }

        for (int y = 0; y <= last; y++)
        {
            ReadOnlySpan<byte> above = image.Slice(Math.Max(y - radius - 1, 0) * stride, stride);
            ReadOnlySpan<byte> enters = image.Slice(Math.Min(y + radius, last) * stride, stride);
            ReadOnlySpan<byte> below = image.Slice(Math.Min(y + radius + 1, last) * stride, stride);
            Span<byte> output = into.Slice(y * stride, stride);
            for (int i = 0; i < output.Length; i++)
            {
                sums[i] += (uint)enters[i] - above[i];
                output[i] = Weigh(sums[i], (uint)above[i] + below[i], inner, outer);
            }
        }
    }

    private static byte Weigh(uint sum, uint ends, uint inner, uint outer) => (byte)(((sum * inner) + (ends * outer) + (One / 2)) >> 24);
}
