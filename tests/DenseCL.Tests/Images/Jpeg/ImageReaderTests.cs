using DenseCL.Images;
using DenseCL.Platform;
using DenseCL.Recipes.Settings;

namespace DenseCL.Tests.Images.Jpeg;

public sealed class ImageReaderTests
{
    private static readonly ImageLimits Limits = new() { MinSide = 1, MaxPixels = 1_000_000 };

    private readonly ImageReader reader = new();
    private readonly RgbImage image = new();

    public static TheoryData<string> JpegNames => [.. Golden.FileNames.Where(n => n.EndsWith(".jpg", StringComparison.Ordinal))];

    // Where the stored row 0 and column 0 are seen (EXIF 2.3, tag 274), as the stored pixel of a seen one.
    private static (int X, int Y) Stored(int orientation, int x, int y, int width, int height) => orientation switch
    {
        1 => (x, y),                            // top, left
        2 => (width - 1 - x, y),                // top, right
        3 => (width - 1 - x, height - 1 - y),   // bottom, right
        4 => (x, height - 1 - y),               // bottom, left
        5 => (y, x),                            // left, top
        6 => (y, height - 1 - x),               // right, top
        7 => (width - 1 - y, height - 1 - x),   // right, bottom
        _ => (width - 1 - y, x),                // left, bottom
    };

    public static TheoryData<int> Orientations => [.. Enumerable.Range(1, 8)];

    [Theory]
    [MemberData(nameof(Orientations))]
    public void A_part_lies_where_it_is_seen_in_every_orientation_and_reduction(int orientation)
    {
        (int width, int height) = (75, 53);
        byte[] file = new JpegWriter { Width = width, Height = height, Front = JpegWriter.Exif(orientation, orientation % 2 == 0) }.Write(8);
        var wanted = new PixelArea(13, 9, 31, 22);
        foreach (int reduction in (int[])[1, 2, 4, 8])
        {
            (byte[] stored, int columns, int rows) = Skia.Decode(file, reduction);
            ImageHeader header = reader.ReadHeader(file, Limits);
            Assert.Equal(orientation >= 5 ? new ImageHeader(height, width) : new ImageHeader(width, height), header);

            DecodedPart part = reader.Decode(file, Limits, default, wanted, reduction, 1, image);

            Assert.Equal(reduction, part.Reduction);
            Assert.InRange(part.Left, wanted.Left - (2 * reduction), wanted.Left);
            Assert.InRange(part.Top, wanted.Top - (2 * reduction), wanted.Top);
            Assert.InRange(part.Left + (image.Width * reduction), wanted.Right, wanted.Right + (2 * reduction));
            Assert.InRange(part.Top + (image.Height * reduction), wanted.Bottom, wanted.Bottom + (2 * reduction));
            for (int i = 0; i < image.Width * image.Height; i++)
            {
                // The first pixel that a reduced one stands for, or the last where the axis is mirrored, tells which it is.
                (int seenX, int seenY) = (part.Left + (i % image.Width * reduction), part.Top + (i / image.Width * reduction));
                (int x, int y) = Stored(orientation, seenX, seenY, width, height);
                (x, y) = (x / reduction, y / reduction);
                Assert.InRange(x, 0, columns - 1);
                Assert.InRange(y, 0, rows - 1);
                Assert.True(
                    stored.AsSpan(((y * columns) + x) * 3, 3).SequenceEqual(image.Pixels.Slice(i * 3, 3)),
                    $"1/{reduction}: ({seenX}, {seenY})");
            }
        }
    }

    [Theory]
    [MemberData(nameof(JpegNames))]
    public void A_damaged_jpeg_is_what_it_is_to_the_general_decoder(string name)
    {
        (byte[] data, _, _, _) = Golden.File(name);
        var random = new CounterRandom(30, (ulong)name.Length, data[^3], (ulong)data.Length);
        for (int round = 0; round < 150; round++)
            AssertAsSkia(Damage(data, ref random));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0x11, 2)]
    [InlineData(0x21, 0)]
    [InlineData(0x22, 7)]
    public void A_damaged_file_of_every_common_kind_is_what_it_is_to_the_general_decoder(byte sampling, int restarts)
    {
        byte[] data = new JpegWriter { Width = 51, Height = 37, Sampling = sampling, RestartInterval = restarts, Front = JpegWriter.Exif(6, bigEndian: false) }.Write(9);
        var random = new CounterRandom(31, sampling);
        for (int round = 0; round < 600; round++)
            AssertAsSkia(Damage(data, ref random));
    }

    private static byte[] Damage(byte[] data, ref CounterRandom random)
    {
        byte[] damaged = [.. data];
        int at = random.NextInt(data.Length), length = random.NextInt(Math.Min(40, data.Length - at));
        switch (random.NextInt(6))
        {
            case 0:
                return [.. data[..at], .. data[(at + length)..]];
            case 1:
                return [.. data[..(at + length)], .. data[at..]];
            case 2:
                damaged[at] ^= (byte)(1 << random.NextInt(8));
                return damaged;
            case 3:
                damaged[at] = 0xFF;
                damaged[Math.Min(at + 1, data.Length - 1)] = (byte)(0xC0 + random.NextInt(64));
                return damaged;
            default:
                damaged[random.NextInt(Math.Min(data.Length, 400))] = (byte)random.NextInt(256);
                return damaged;
        }
    }

    private void AssertAsSkia(byte[] file)
    {
        var expected = new RgbImage();
        string verdict = Skia.Verdict(file, Limits, expected);
        string actual = "";
        try
        {
            reader.Decode(file, Limits, default(PixelDepth), image);
        }
        catch (ImageException e)
        {
            actual = e.Message;
        }

        Assert.Equal(verdict, actual);
        if (verdict.Length > 0) return;

        Assert.Equal((expected.Width, expected.Height), (image.Width, image.Height));
        Assert.True(expected.Pixels.SequenceEqual(image.Pixels), "The pixels differ.");
    }
}
