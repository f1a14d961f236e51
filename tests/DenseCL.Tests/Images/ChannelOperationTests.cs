using DenseCL.Images;
using DenseCL.Images.Operations;

namespace DenseCL.Tests.Images;

/// <summary>
/// Operations on any number of channels: each channel becomes what the operation for red, green and blue, which equals Pillow's, makes of a
/// grey picture of it.
/// </summary>
public sealed class ChannelOperationTests
{
    private const int Width = 37, Height = 29;

    private readonly Scratch scratch = new();

    public static TheoryData<int> Counts => [1, 2, 4, 5, 8];

    [Theory]
    [MemberData(nameof(Counts))]
    public void Resizing_a_crop(int channels) => AssertEach(channels, 17, 11, (image, into) =>
        Resample.ResizedCrop(image, 3, 2, 30, 25, into, 17, 11, scratch));

    [Theory]
    [MemberData(nameof(Counts))]
    public void Enlarging_a_box(int channels) => AssertEach(channels, 41, 33, (image, into) =>
        Resample.ResizedBox(image, 1.3, 2.7, 30.4, 20.2, into, 41, 33, scratch));

    [Theory]
    [InlineData(1, 0.6)]
    [InlineData(2, 1.7)]
    [InlineData(5, 0.1)]
    [InlineData(5, 25)]
    [InlineData(8, 3)]
    public void Blurring(int channels, double sigma) => AssertEach(channels, Width, Height, (image, into) =>
    {
        image.Pixels.CopyTo(into);
        Blur.Gaussian(into, Width, Height, sigma, scratch, image.Channels);
    });

    [Theory]
    [MemberData(nameof(Counts))]
    public void Mirroring_left_to_right(int channels) => AssertEach(channels, Width, Height, (image, into) =>
    {
        image.Pixels.CopyTo(into);
        Flip.Horizontal(into, Width, Height, image.Channels);
    });

    [Theory]
    [MemberData(nameof(Counts))]
    public void Mirroring_top_to_bottom(int channels) => AssertEach(channels, Width, Height, (image, into) =>
    {
        image.Pixels.CopyTo(into);
        Flip.Vertical(into, Width, Height, image.Channels);
    });

    [Theory]
    [MemberData(nameof(Counts))]
    public void Exchanging_rows_and_columns(int channels) => AssertEach(channels, 21, 21, (image, into) =>
    {
        Resample.ResizedCrop(image, 0, 0, 21, 21, into, 21, 21, scratch);
        Flip.Transpose(into, 21, image.Channels);
    });

    [Theory]
    [InlineData(1, 0.6)]
    [InlineData(5, 1.4)]
    [InlineData(8, 0)]
    public void Brightness_and_contrast_of_one_channel_leave_the_others_alone(int channels, double factor)
    {
        foreach (bool contrast in new[] { false, true })
        {
            RgbImage image = Noise(channels);
            byte[] before = image.Pixels.ToArray();
            int changed = channels - 1;
            if (contrast)
                Colour.Contrast(image.Pixels, changed, channels, factor);
            else
                Colour.Brightness(image.Pixels, changed, channels, factor);

            byte[] expected = Grey(Channel(before, channels, changed));
            if (contrast)
                Colour.Contrast(expected, factor);
            else
                Colour.Brightness(expected, factor);

            Assert.Equal(Channel(expected, 3, 0), Channel(image.Pixels, channels, changed));
            for (int channel = 0; channel < changed; channel++)
                Assert.Equal(Channel(before, channels, channel), Channel(image.Pixels, channels, channel));
        }
    }

    private delegate void Operation(RgbImage image, Span<byte> into);

    private static void AssertEach(int channels, int outWidth, int outHeight, Operation operation)
    {
        RgbImage image = Noise(channels), grey = new();
        byte[] result = new byte[outWidth * outHeight * channels], expected = new byte[outWidth * outHeight * 3];
        operation(image, result);
        for (int channel = 0; channel < channels; channel++)
        {
            grey.Reset(Width, Height);
            Grey(Channel(image.Pixels, channels, channel)).CopyTo(grey.Pixels);
            operation(grey, expected);
            Assert.Equal(Channel(expected, 3, 0), Channel(result, channels, channel));
        }
    }

    private static RgbImage Noise(int channels)
    {
        RgbImage image = new();
        image.Reset(Width, Height, channels);
        Fill.Noise(Width * 3, Height, 41).Pixels[..image.Pixels.Length].CopyTo(image.Pixels);
        return image;
    }

    private static byte[] Channel(ReadOnlySpan<byte> pixels, int channels, int channel) =>
        [.. pixels.ToArray().Chunk(channels).Select(pixel => pixel[channel])];

    private static byte[] Grey(byte[] values) => [.. values.SelectMany(value => new[] { value, value, value })];
}
