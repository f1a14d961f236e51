using DenseCL.Images;

namespace DenseCL.Tests.Images;

/// <summary>The inputs of the golden operations: the same functions of position as in tests/Golden/Images/make.py.</summary>
internal static class Fill
{
    public static RgbImage Image(string fill, int width, int height, uint seed)
    {
        var image = new RgbImage();
        image.Reset(width, height);
        Span<byte> pixels = image.Pixels;
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = fill is "noise" ? Noise((uint)i, seed) : Smooth(i / 3 % width, i / 3 / width, i % 3, (int)seed);
        }

        return image;
    }

    public static RgbImage Noise(int width, int height, uint seed) => Image("noise", width, height, seed);

    private static byte Noise(uint index, uint seed)
    {
        uint h = (index * 2654435761) + (seed * 40503);
        h ^= h >> 15;
        h *= 2246822519;
        h ^= h >> 13;
        return (byte)(h >> 24);
    }

    private static byte Smooth(int x, int y, int channel, int seed)
    {
        int t = ((x * (channel + 3)) + (y * (5 - channel) * 2) + (seed * 17)) % 510;
        return (byte)Math.Min(Math.Min(t, 510 - t), 255);
    }
}
