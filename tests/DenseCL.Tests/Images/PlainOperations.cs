namespace DenseCL.Tests.Images;

/// <summary>Resampling and blur as Pillow defines them, one output byte at a time.</summary>
internal static class PlainOperations
{
    public static byte[] Resize(
        ReadOnlySpan<byte> pixels,
        int width,
        int height,
        float left,
        float top,
        float right,
        float bottom,
        int outWidth,
        int outHeight)
    {
        byte[] narrow = new byte[height * outWidth * 3];
        for (int x = 0; x < outWidth; x++)
        {
            (int first, int[] weights) = Window(x, width, left, right, outWidth);
            for (int y = 0; y < height; y++)
                for (int channel = 0; channel < 3; channel++)
                    narrow[(((y * outWidth) + x) * 3) + channel] = Sum(pixels, (((y * width) + first) * 3) + channel, 3, weights);
        }

        byte[] result = new byte[outHeight * outWidth * 3];
        for (int y = 0; y < outHeight; y++)
        {
            (int first, int[] weights) = Window(y, height, top, bottom, outHeight);
            for (int i = 0; i < outWidth * 3; i++)
                result[(y * outWidth * 3) + i] = Sum(narrow, (first * outWidth * 3) + i, outWidth * 3, weights);
        }

        return result;
    }

    // Every box is summed anew, over the nearest pixel inside where it is beyond the edge.
    public static byte[] Blur(ReadOnlySpan<byte> pixels, int width, int height, double sigma)
    {
        float variance = (float)sigma * (float)sigma / 3;
        float length = (float)Math.Sqrt((12.0 * variance) + 1.0);
        float whole = (float)Math.Floor((length - 1.0) / 2.0);
        float fraction = ((2 * whole) + 1) * ((whole * (whole + 1)) - (3 * variance)) / (6 * (variance - ((whole + 1) * (whole + 1))));
        int radius = (int)(whole + fraction);
        ulong inner = (ulong)((1 << 24) / (((whole + fraction) * 2) + 1));
        ulong outer = ((1 << 24) - ((((ulong)radius * 2) + 1) * inner)) / 2;

        byte[] image = pixels.ToArray();
        for (int pass = 0; pass < 6; pass++)
        {
            byte[] before = [.. image];
            (int across, int down) = pass < 3 ? (1, 0) : (0, 1);
            for (int i = 0; i < image.Length; i++)
            {
                (int y, int x, int channel) = (i / 3 / width, i / 3 % width, i % 3);
                ulong Level(int k) =>
                    before[
                        (((Math.Clamp(y + (k * down), 0, height - 1) * width) + Math.Clamp(x + (k * across), 0, width - 1)) * 3) + channel
                    ];
                ulong sum = 0;
                for (int k = -radius; k <= radius; k++)
                    sum += Level(k);

                image[i] = (byte)(((sum * inner) + ((Level(-radius - 1) + Level(radius + 1)) * outer) + (1 << 23)) >> 24);
            }
        }

        return image;
    }

    private static (int First, int[] Weights) Window(int pixel, int from, float low, float high, int to)
    {
        double scale = (double)(high - low) / to;
        double stretch = Math.Max(scale, 1);
        double centre = low + ((pixel + 0.5) * scale);
        int first = Math.Max((int)(centre - stretch + 0.5), 0);
        int end = Math.Min((int)(centre + stretch + 0.5), from);
        double[] triangle = [.. Enumerable.Range(first, end - first).Select(at => Math.Max(1 - Math.Abs((at - centre + 0.5) * (1 / stretch)), 0))];
        double sum = 0;
        foreach (double weight in triangle)
            sum += weight; // not Sum(), which may add in another order

        return (first, [.. triangle.Select(weight => (int)(0.5 + (weight / sum * (1 << 22))))]);
    }

    private static byte Sum(ReadOnlySpan<byte> levels, int start, int step, int[] weights)
    {
        long sum = 1 << 21;
        for (int tap = 0; tap < weights.Length; tap++)
            sum += (long)weights[tap] * levels[start + (tap * step)];

        return (byte)Math.Clamp(sum >> 22, 0, 255);
    }
}
