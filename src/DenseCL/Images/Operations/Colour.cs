namespace DenseCL.Images.Operations;

/// <summary>Changes of colour, in place, equal to the last bit to torchvision's on Pillow images.</summary>
internal static class Colour
{
    /// <summary>Mixes with black: <c>factor · pixel</c>.</summary>
    /// <param name="pixels">RGB pixels.</param>
    /// <param name="factor">0 is black, 1 the image as it is, more is brighter. At least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not a finite number.</exception>
    public static void Brightness(Span<byte> pixels, double factor)
    {
        Mix(pixels, 0, Share(pixels, factor));
    }

    /// <summary>Mixes with a flat grey, the mean grey of the pixels.</summary>
    /// <param name="pixels">RGB pixels; the mean is taken over all of them.</param>
    /// <param name="factor">0 is flat grey, 1 the image as it is, more has more contrast. At least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not a finite number.</exception>
    public static void Contrast(Span<byte> pixels, double factor)
    {
        float share = Share(pixels, factor);
        if (pixels.IsEmpty)
        {
            return;
        }

        long sum = 0;
        for (int i = Lanes.AreSupported ? ColourLanes.SumGreys(pixels, out sum) : 0; i < pixels.Length; i += 3)
        {
            sum += Grey(pixels.Slice(i, 3));
        }

        Mix(pixels, (int)(((double)sum / (pixels.Length / 3)) + 0.5), share);
    }

    /// <summary>Mixes one channel with black.</summary>
    /// <param name="pixels">Pixels of any number of channels.</param>
    /// <param name="channel">Which channel.</param>
    /// <param name="channels">How many there are.</param>
    /// <param name="factor">As in <see cref="Brightness(Span{byte}, double)"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not a finite number.</exception>
    public static void Brightness(Span<byte> pixels, int channel, int channels, double factor) =>
        Mix(pixels, channel, channels, 0, Share(factor));

    /// <summary>Mixes one channel with its own mean.</summary>
    /// <param name="pixels">Pixels of any number of channels; the mean is taken over all of them.</param>
    /// <param name="channel">Which channel.</param>
    /// <param name="channels">How many there are.</param>
    /// <param name="factor">As in <see cref="Contrast(Span{byte}, double)"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not a finite number.</exception>
    public static void Contrast(Span<byte> pixels, int channel, int channels, double factor)
    {
        long sum = 0;
        for (int i = channel; i < pixels.Length; i += channels)
            sum += pixels[i];

        int mean = (int)(((double)sum / Math.Max(pixels.Length / channels, 1)) + 0.5);
        Mix(pixels, channel, channels, mean, Share(factor));
    }

    /// <summary>Mixes every pixel with its own grey.</summary>
    /// <param name="pixels">RGB pixels.</param>
    /// <param name="factor">0 is the grey image, 1 the image as it is, more is more colourful. At least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not a finite number.</exception>
    public static void Saturation(Span<byte> pixels, double factor)
    {
        float share = Share(pixels, factor);
        for (int i = Lanes.AreSupported ? ColourLanes.Saturation(pixels, share) : 0; i < pixels.Length; i += 3)
        {
            Span<byte> pixel = pixels.Slice(i, 3);
            int grey = Grey(pixel);
            pixel[0] = Mix(grey, pixel[0], share);
            pixel[1] = Mix(grey, pixel[1], share);
            pixel[2] = Mix(grey, pixel[2], share);
        }
    }

    /// <summary>Makes the pixels grey: the luma of ITU-R BT.601 in all three channels.</summary>
    /// <param name="pixels">RGB pixels.</param>
    public static void Greyscale(Span<byte> pixels)
    {
        RgbSpan.Check(pixels);
        for (int i = Lanes.AreSupported ? ColourLanes.Greyscale(pixels) : 0; i < pixels.Length; i += 3)
        {
            Span<byte> pixel = pixels.Slice(i, 3);
            pixel.Fill((byte)Grey(pixel));
        }
    }

    private static int Grey(ReadOnlySpan<byte> pixel) => ((pixel[0] * 19595) + (pixel[1] * 38470) + (pixel[2] * 7471) + 0x8000) >> 16;

    // Single precision and truncated, not rounded, like Pillow.
    private static byte Mix(int from, int to, float share) => (byte)Math.Clamp(from + (share * (to - from)), 0f, 255f);

    private static void Mix(Span<byte> pixels, int from, float share)
    {
        for (int i = Lanes.AreSupported ? ColourLanes.Mix(pixels, from, share) : 0; i < pixels.Length; i++)
        {
            pixels[i] = Mix(from, pixels[i], share);
        }
    }

    private static void Mix(Span<byte> pixels, int channel, int channels, int from, float share)
    {
        for (int i = channel; i < pixels.Length; i += channels)
            pixels[i] = Mix(from, pixels[i], share);
    }

    private static float Share(ReadOnlySpan<byte> pixels, double factor)
    {
        RgbSpan.Check(pixels);
        return Share(factor);
    }

    private static float Share(double factor)
    {
        if (!(factor >= 0 && float.IsFinite((float)factor)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(factor),
                factor,
                "A factor of a colour change is a finite number of at least 0; 1 changes nothing.");
        }

        return (float)factor;
    }
}
