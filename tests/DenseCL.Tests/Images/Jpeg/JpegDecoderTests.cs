using DenseCL.Images;
using DenseCL.Images.Jpeg;
using DenseCL.Platform;
using SkiaSharp;

namespace DenseCL.Tests.Images.Jpeg;

public sealed class JpegDecoderTests
{
    private readonly JpegDecoder decoder = new();

    public static TheoryData<SKJpegEncoderDownsample, int> SamplingsAndQualities =>
        [.. from s in Enum.GetValues<SKJpegEncoderDownsample>() from q in (int[])[35, 75, 98] select (s, q)];

    public static TheoryData<byte, int> SamplingsAndRestarts =>
        [.. from s in (byte[])[0, 0x11, 0x21, 0x22] from r in (int[])[0, 1, 3, 1000] select (s, r)];

    // Sides of all remainders by 16 and more, each with a different other side.
    private static IEnumerable<(int Width, int Height)> Sizes => Enumerable.Range(1, 70).Select(i => (i, 1 + (i * 23 % 70)));

    private byte[] Decode(byte[] file, PixelArea part, int reduction)
    {
        byte[] pixels = new byte[part.Width * part.Height * 3];
        Assert.True(decoder.TryRead(file));
        Assert.True(decoder.TryDecode(file, part, reduction, pixels));
        return pixels;
    }

    private bool IsTaken(byte[] file) =>
        decoder.TryRead(file)
        && decoder.TryDecode(file, new PixelArea(0, 0, decoder.Width, decoder.Height), 1, new byte[decoder.Width * decoder.Height * 3]);

    private void AssertAsSkia(byte[] file)
    {
        foreach (int reduction in (int[])[1, 2, 4, 8])
        {
            (byte[] expected, int width, int height) = Skia.Decode(file, reduction);
            byte[] actual = Decode(file, new PixelArea(0, 0, width, height), reduction);
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"{width} × {height} pixels at 1/{reduction} differ.");
        }
    }

    private static byte[] Cut(byte[] pixels, int width, PixelArea part) =>
        [.. Enumerable.Range(part.Top, part.Height).SelectMany(y => pixels[(((y * width) + part.Left) * 3)..(((y * width) + part.Right) * 3)])];

    [Theory]
    [MemberData(nameof(SamplingsAndQualities))]
    public void Encoded_pictures_of_all_sizes_have_the_pixels_of_libjpeg_turbo_at_every_reduction(
        SKJpegEncoderDownsample sampling,
        int quality)
    {
        foreach ((int width, int height) in Sizes)
            AssertAsSkia(Skia.Encode(Fill.Image(width % 3 == 0 ? "noise" : "smooth", width, height, 5), quality, sampling));
    }

    [Theory]
    [MemberData(nameof(SamplingsAndRestarts))]
    public void Restarts_and_long_codes_and_grey_have_the_pixels_of_libjpeg_turbo_at_every_reduction(byte sampling, int restarts)
    {
        foreach ((int width, int height) in Sizes)
            AssertAsSkia(new JpegWriter { Width = width, Height = height, Sampling = sampling, RestartInterval = restarts }.Write(3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0x11)]
    [InlineData(0x21)]
    [InlineData(0x22)]
    public void A_part_has_the_pixels_that_it_has_in_the_whole(byte sampling)
    {
        var random = new CounterRandom(6, sampling);
        byte[] file = new JpegWriter { Width = 147, Height = 101, Sampling = sampling, RestartInterval = 5 }.Write(4);
        foreach (int reduction in (int[])[1, 2, 4, 8])
        {
            (byte[] whole, int width, int height) = Skia.Decode(file, reduction);
            for (int i = 0; i < 60; i++)
            {
                (int left, int top) = (random.NextInt(width), random.NextInt(height));
                var part = new PixelArea(left, top, 1 + random.NextInt(width - left), 1 + random.NextInt(height - top));
                Assert.True(
                    Cut(whole, width, part).AsSpan().SequenceEqual(Decode(file, part, reduction)),
                    $"{part} at 1/{reduction} differs.");
            }
        }
    }

    [Fact]
    public void What_follows_the_end_of_the_image_and_extended_coding_do_no_harm()
    {
        byte[] file = new JpegWriter { Width = 40, Height = 30, Frame = 0xC1 }.Write(1);
        AssertAsSkia(file);
        AssertAsSkia([.. file, .. "a second picture"u8]);
    }

    [Fact]
    public void A_file_that_ends_early_is_left_to_the_general_decoder_wherever_it_ends()
    {
        byte[] file = new JpegWriter { Width = 60, Height = 50, RestartInterval = 4 }.Write(2);
        Assert.True(IsTaken(file));
        for (int length = 0; length < file.Length; length++)
            Assert.False(IsTaken(file[..length]), $"Taken with {length} of {file.Length} bytes.");
    }

    [Fact]
    public void A_part_is_not_taken_where_the_data_behind_it_are_damaged()
    {
        byte[] file = new JpegWriter { Width = 160, Height = 160, RestartInterval = 10 }.Write(2);
        file[^2] = 0xFE;
        Assert.True(decoder.TryRead(file));
        Assert.False(decoder.TryDecode(file, new PixelArea(0, 0, 1, 1), 8, new byte[3]));
    }

    [Fact]
    public void Other_kinds_are_left_to_the_general_decoder()
    {
        byte[] common = new JpegWriter { Width = 20, Height = 20 }.Write(2);
        byte[] red = [0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0];
        Assert.True(IsTaken(common));
        Assert.False(IsTaken(new JpegWriter { Width = 20, Height = 20, Sampling = 0x12 }.Write(2)));
        Assert.False(IsTaken(new JpegWriter { Width = 20, Height = 20, Sampling = 0x41 }.Write(2)));
        Assert.False(IsTaken(new JpegWriter { Width = 20, Height = 20, Frame = 0xC2 }.Write(2)));
        Assert.False(IsTaken(new JpegWriter { Width = 20, Height = 20, Frame = 0xC9 }.Write(2)));
        Assert.False(IsTaken(new JpegWriter { Width = 20, Height = 20, Front = red }.Write(2)));
        Assert.False(IsTaken(new JpegWriter { Width = 20, Height = 20, Front = JpegWriter.Exif(9, bigEndian: true) }.Write(2)));
        Assert.False(IsTaken([.. common[..^2], 0xFF, 0xDA, 0xFF, 0xD9]));
    }

    [Fact]
    public void Coefficients_that_no_encoder_makes_are_left_to_the_general_decoder_or_have_its_pixels()
    {
        int taken = 0;
        for (ulong seed = 0; seed < 120; seed++)
        {
            byte[] file = new JpegWriter { Width = 33, Height = 17, Quantisation = (byte)(2 * seed) }.Write(seed);
            if (!IsTaken(file)) continue;

            taken++;
            (byte[] expected, int width, int height) = Skia.Decode(file);
            Assert.Equal(expected, Decode(file, new PixelArea(0, 0, width, height), 1));
        }

        Assert.InRange(taken, 3, 117);
    }

    [Fact]
    public void From_the_second_image_on_nothing_is_allocated()
    {
        byte[] file = new JpegWriter { Width = 200, Height = 100 }.Write(2);
        byte[] pixels = new byte[200 * 100 * 3];
        bool taken = decoder.TryRead(file) && decoder.TryDecode(file, new PixelArea(0, 0, 200, 100), 1, pixels);

        long before = GC.GetAllocatedBytesForCurrentThread();
        taken &= decoder.TryRead(file) && decoder.TryDecode(file, new PixelArea(0, 0, 200, 100), 1, pixels);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000);
        Assert.True(taken);
    }
}
