namespace DenseCL.Images.Operations;

/// <summary>Rotation of the hue, in place, equal to the last bit to torchvision's <c>adjust_hue</c> on Pillow images.</summary>
internal static class Hue
{
    /// <summary>Rotates the hue of every pixel, using 8-bit HSV.</summary>
    /// <param name="pixels">RGB pixels.</param>
    /// <param name="turn">Share of the full circle, −0.5 to 0.5. Even 0 changes pixels a little, because 8-bit HSV has fewer colours than
    /// RGB.</param>
    /// <exception cref="ArgumentOutOfRangeException">The turn is out of range.</exception>
    public static void Shift(Span<byte> pixels, double turn)
    {
        RgbSpan.Check(pixels);
        if (!(turn is >= -0.5 and <= 0.5))
        {
            throw new ArgumentOutOfRangeException(nameof(turn), turn, "A hue is turned by -0.5 to 0.5 of the circle.");
        }

        byte shift = unchecked((byte)(int)(turn * 255));
        for (int i = Lanes.AreSupported ? HueLanes.Shift(pixels, shift) : 0; i < pixels.Length; i += 3)
        {
            Shift(ref pixels[i], ref pixels[i + 1], ref pixels[i + 2], shift);
        }
    }

    private static void Shift(ref byte red, ref byte green, ref byte blue, byte shift)
    {
        byte value = Math.Max(red, Math.Max(green, blue));
        byte least = Math.Min(red, Math.Min(green, blue));
        if (value == least)
        {
            return; // grey has no hue
        }

        // The precision of each step (single here, double there) is Pillow's.
        float range = value - least;
        float fromRed = (value - red) / range;
        float fromGreen = (value - green) / range;
        float fromBlue = (value - blue) / range;
        float sixths = red == value ? fromBlue - fromGreen
            : green == value ? (float)(2.0 + fromRed - fromBlue)
            : (float)(4.0 + fromGreen - fromRed);
        double turns = (sixths / 6.0) + 1.0;
        float hue = (float)(turns >= 1 ? turns - 1 : turns); // sixths lies in [-1, 5]
        byte hue8 = unchecked((byte)((byte)(hue * 255.0) + shift));
        byte saturation8 = (byte)(range / value * 255.0);
        if (saturation8 == 0)
        {
            red = green = blue = value;
            return;
        }

        double sector = hue8 * 6.0 / 255.0;
        int whole = (int)sector;
        float rest = (float)(sector - whole);
        float saturation = (float)(saturation8 / 255.0);
        byte low = Round(value * (1.0 - saturation));
        byte falling = Round(value * (1.0 - (saturation * rest)));
        byte rising = Round(value * (1.0 - (saturation * (1.0 - rest))));
        (red, green, blue) = (whole % 6) switch
        {
            0 => (value, rising, low),
            1 => (falling, value, low),
            2 => (low, value, rising),
            3 => (low, falling, value),
            4 => (rising, low, value),
            _ => (value, low, falling),
        };
    }

    private static byte Round(double level) => (byte)(int)(level + 0.5);
}
