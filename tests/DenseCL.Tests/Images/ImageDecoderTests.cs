using DenseCL.Images;

namespace DenseCL.Tests.Images;

public sealed class ImageDecoderTests
{
    private static readonly ImageLimits Limits = ImageLimits.Default;

    public static TheoryData<string> Files => [.. Golden.FileNames];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_kind_of_file_decodes_to_the_pixels_that_Pillow_gives(string name)
    {
        (byte[] data, int width, int height, byte[] expected) = Golden.File(name);
        var image = new RgbImage();

        ImageDecoder.Decode(data, image, Limits);

        Assert.Equal((width, height), (image.Width, image.Height));
        Assert.Equal(expected, image.Pixels.ToArray());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_header_has_the_size_that_the_image_will_have(string name)
    {
        (byte[] data, int width, int height, _) = Golden.File(name);
        using var file = new TemporaryFile(data);
        Assert.Equal(new ImageHeader(width, height), ImageDecoder.ReadHeader(file.Path, Limits));
    }

    [Fact]
    public void A_file_decodes_as_its_bytes_do_and_into_an_image_that_was_used_before()
    {
        (byte[] data, _, _, byte[] expected) = Golden.File("orientation-6.jpg");
        using var file = new TemporaryFile(data);
        var image = new RgbImage();
        image.Reset(300, 200);
        image.Pixels.Fill(7);

        ImageDecoder.Decode(file.Path, image, Limits);

        Assert.Equal(expected, image.Pixels.ToArray());
    }

    [Fact]
    public void The_eight_orientations_are_turned_back_to_one_size_or_its_transpose()
    {
        var sizes = Enumerable.Range(1, 8).Select(i => Golden.File($"orientation-{i}.jpg")).Select(f => (f.Width, f.Height));
        Assert.Equal([(43, 29), (43, 29), (43, 29), (43, 29), (29, 43), (29, 43), (29, 43), (29, 43)], sizes);
    }

    [Fact]
    public void A_head_longer_than_the_first_read_is_read_whole()
    {
        (byte[] data, int width, int height, _) = Golden.File("rgb-444.jpg");
        byte[] comment = [0xFF, 0xFE, 0xFF, 0xFF, .. new byte[0xFFFD]];
        using var file = new TemporaryFile([.. data[..2], .. Enumerable.Repeat(comment, 5).SelectMany(c => c), .. data[2..]]);
        Assert.Equal(new ImageHeader(width, height), ImageDecoder.ReadHeader(file.Path, Limits));
    }

    [Fact]
    public void A_second_frame_far_behind_in_a_gif_is_found()
    {
        byte[] data = Golden.Refused("animated.gif");
        int frames = 13 + (3 * (2 << (data[10] & 7)));
        byte[] block = [255, .. new byte[255]];
        byte[] comment = [0x21, 0xFE, .. Enumerable.Repeat(block, 1100).SelectMany(b => b), 0];
        using var file = new TemporaryFile([.. data[..frames], .. comment, .. data[frames..]]);
        Assert.Contains(
            "animated",
            Assert.Throws<ImageException>(() => ImageDecoder.ReadHeader(file.Path, Limits)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Decoding_allocates_no_buffer_from_the_second_image_on()
    {
        (byte[] data, _, _, _) = Golden.File("rgb.png");
        byte[] large = HostileFileTests.Png(1000, 1000);
        var image = new RgbImage();
        ImageDecoder.Decode(large, image, Limits);
        ImageDecoder.Decode(data, image, Limits);

        long before = GC.GetAllocatedBytesForCurrentThread();
        ImageDecoder.Decode(large, image, Limits);
        ImageDecoder.Decode(data, image, Limits);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
    }
}
