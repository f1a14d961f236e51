using System.Buffers.Binary;
using DenseCL.Images;

namespace DenseCL.Tests.Images;

/// <summary>Pictures of one and of several channels, against the samples that libtiff was given.</summary>
public sealed class ChannelTests
{
    public static TheoryData<string> Files => [.. Golden.ChannelNames];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_channel_of_a_file_has_the_samples_that_were_written(string name)
    {
        (byte[] data, int channels, int width, int height, byte[] expected) = Golden.Channels(name);
        RgbImage image = new();
        ImageDecoder.Decode(data, image, new ImageLimits { Channels = channels });
        Assert.Equal((width, height, channels), (image.Width, image.Height, image.Channels));
        Assert.Equal(expected, image.Pixels.ToArray());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_of_another_number_of_channels_is_refused_by_its_head_and_by_its_pixels(string name)
    {
        (byte[] data, int channels, _, _, _) = Golden.Channels(name);
        using TemporaryFile file = new(data);
        bool alpha = name.Contains("alpha", StringComparison.Ordinal) && name.EndsWith(".tif", StringComparison.Ordinal);
        for (int other = 1; other <= 8; other++)
        {
            bool counted = alpha && Math.Abs(other - channels) == 1;        // with or without what the file calls opacity
            if (other is 3 || other == channels || counted) continue;

            ImageLimits limits = new() { Channels = other };
            string wanted = $"images of {other} {(other == 1 ? "channel" : "channels")} are wanted (data.channels)";
            Assert.EndsWith(wanted, Assert.Throws<ImageException>(() => ImageDecoder.ReadHeader(file.Path, limits)).Message, StringComparison.Ordinal);
            Assert.EndsWith(
                wanted, Assert.Throws<ImageException>(() => ImageDecoder.Decode(data, new RgbImage(), limits)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("rgb-420.jpg", 1, "it has red, green and blue (3 channels)")]
    [InlineData("rgb.png", 4, "it has red, green and blue (3 channels)")]
    [InlineData("rgba.png", 4, "it has red, green and blue (3 channels)")]
    [InlineData("palette.tif", 1, "it has red, green and blue (3 channels)")]
    [InlineData("jpeg.tif", 1, "it has red, green and blue (3 channels)")]
    [InlineData("rgb16.png", 5, "it has red, green and blue (3 channels)")]
    [InlineData("grey16.png", 5, "it is grey (1 channel)")]
    [InlineData("grey.jpg", 2, "it is grey (1 channel)")]
    public void The_reason_says_what_the_file_has(string name, int channels, string reason) => Assert.StartsWith(
        reason,
        Assert.Throws<ImageException>(
            () => ImageDecoder.Decode(Golden.File(name).Data, new RgbImage(), new ImageLimits { Channels = channels })).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("five.tif")]
    [InlineData("five-planes.tif")]
    [InlineData("rgb-and-infrared.tif")]
    public void Three_channels_are_those_of_before_grey_or_red_green_and_blue(string name)
    {
        (byte[] data, int channels, _, _, byte[] samples) = Golden.Channels(name);
        RgbImage image = new();
        ImageDecoder.Decode(data, image, ImageLimits.Default);
        Assert.Equal(3, image.Channels);
        bool grey = channels == 5;
        Assert.Equal(
            samples.Chunk(channels).SelectMany(pixel => grey ? [pixel[0], pixel[0], pixel[0]] : pixel[..3]), image.Pixels.ToArray());
    }

    [Fact]
    public void A_part_of_a_picture_is_that_part_of_all_its_channels()
    {
        (byte[] data, int channels, int width, _, byte[] samples) = Golden.Channels("five-planes.tif");
        RgbImage image = new();
        ImageReader reader = new();
        ImageLimits limits = new() { Channels = channels };
        reader.ReadHeader(data, limits);
        reader.Decode(data, limits, default, new PixelArea(7, 5, 20, 10), 1, 0, image);
        Assert.Equal((20, 10, 5), (image.Width, image.Height, image.Channels));
        for (int y = 0; y < 10; y++)
            Assert.Equal(samples.AsSpan((((5 + y) * width) + 7) * channels, 20 * channels), image.Pixels.Slice(y * 20 * channels, 20 * channels));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Limits_take_1_to_8_channels(int channels) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageLimits { Channels = channels });

    [Theory]
    [InlineData(64, "does not say where all of its pixels lie")]        // with planes: there are five
    [InlineData(65, "SamplesPerPixel is wrong")]
    [InlineData(8, "does not say where all of its pixels lie")]
    public void A_count_of_samples_that_is_a_lie_is_refused_before_memory_is_taken(ushort samples, string reason)
    {
        byte[] tiff = [.. Golden.Channels("seven-planes.tif").Data];
        int directory = (int)BinaryPrimitives.ReadUInt32LittleEndian(tiff.AsSpan(4));
        int entries = BinaryPrimitives.ReadUInt16LittleEndian(tiff.AsSpan(directory));
        for (int at = directory + 2; at < directory + 2 + (12 * entries); at += 12)
        {
            if (BinaryPrimitives.ReadUInt16LittleEndian(tiff.AsSpan(at)) == 277)
                BinaryPrimitives.WriteUInt16LittleEndian(tiff.AsSpan(at + 8), samples);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<ImageException>(
            () => ImageDecoder.Decode(tiff, new RgbImage(), new ImageLimits { Channels = 8 })).Message;
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400_000);
    }

    [Fact]
    public void A_picture_whose_channels_fit_into_no_array_is_refused_before_memory_is_taken()
    {
        byte[] tiff = PlainTiff.Of(16, 16, 8, (_, _, _) => 0);
        int directory = (int)BinaryPrimitives.ReadUInt32LittleEndian(tiff.AsSpan(4));
        BinaryPrimitives.WriteInt32LittleEndian(tiff.AsSpan(directory + 2 + 8), 20_000);
        BinaryPrimitives.WriteInt32LittleEndian(tiff.AsSpan(directory + 2 + 12 + 8), 20_000);
        ImageLimits limits = new() { Channels = 8, MaxPixels = 500_000_000 };
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<ImageException>(() => ImageDecoder.Decode(tiff, new RgbImage(), limits)).Message;
        Assert.Contains("20000 × 20000 pixels of 8 channels are more than one array holds", message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }
}
