using DenseCL.Images;
using DenseCL.Images.Operations;

namespace DenseCL.Tests.Images;

/// <summary>Operations take many pixels at a time where they can. The bytes must be those of one at a time, whatever the sizes.</summary>
public sealed class VectorLoopTests
{
    private static readonly int[] Widths = [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 15, 16, 17, 21, 22, 31, 32, 33, 63, 64, 65];
    private readonly Scratch scratch = new();

    [Fact]
    public void A_resized_crop_equals_the_plain_sums_of_a_cut_out_image()
    {
        (int Width, int Height)[] sizes = [(1, 1), (2, 3), (3, 2), (15, 7), (16, 5), (17, 9), (63, 4), (64, 33), (65, 31), (200, 3), (3, 200)];
        RgbImage image = Fill.Noise(203, 202, 31);
        foreach ((int width, int height) in sizes)
            foreach ((int outWidth, int outHeight) in sizes)
            {
                (int left, int top) = (203 - width, 202 - height); // up to the last byte of the image
                byte[] cut = Cut(image, left, top, width, height);

                byte[] result = new byte[outWidth * outHeight * 3];
                Resample.ResizedCrop(image, left, top, width, height, result, outWidth, outHeight, scratch);

                Assert.Equal(PlainOperations.Resize(cut, width, height, 0, 0, width, height, outWidth, outHeight), result);
            }
    }

    [Theory]
    [InlineData(0.0, 0.0, 65.0, 41.0)]
    [InlineData(0.3, 0.7, 64.6, 40.2)]
    [InlineData(30.25, 20.5, 3.125, 2.0)]
    [InlineData(64.1, 40.3, 0.8, 0.6)]
    public void A_resized_box_equals_the_plain_sums(double left, double top, double width, double height)
    {
        RgbImage image = Fill.Noise(65, 41, 32);
        foreach (int outWidth in Widths)
            foreach (int outHeight in new[] { 1, 2, 17, 64 })
            {
                byte[] result = new byte[outWidth * outHeight * 3];
                Resample.ResizedBox(image, left, top, width, height, result, outWidth, outHeight, scratch);

                Assert.Equal(
                    PlainOperations.Resize(
                        image.Pixels, 65, 41, (float)left, (float)top, (float)(left + width), (float)(top + height), outWidth, outHeight),
                    result);
            }
    }

    [Fact]
    public void An_image_far_wider_than_its_result_is_resized_by_the_plain_sums()
    {
        RgbImage image = Fill.Image("smooth", 70001, 2, 5);
        foreach (int outWidth in new[] { 1, 2, 3 })
        {
            byte[] result = new byte[outWidth * 3];
            Resample.ResizedCrop(image, 0, 0, 70001, 2, result, outWidth, 1, scratch);
            Assert.Equal(PlainOperations.Resize(image.Pixels, 70001, 2, 0, 0, 70001, 2, outWidth, 1), result);
        }
    }

    [Fact]
    public void White_stays_white_however_many_pixels_are_summed()
    {
        RgbImage image = new();
        image.Reset(70001, 3);
        image.Pixels.Fill(255);
        byte[] result = new byte[2 * 3];

        Resample.ResizedCrop(image, 0, 0, 70001, 3, result, 2, 1, scratch);

        Assert.All(result, level => Assert.Equal(255, level));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1.0)]
    [InlineData(1.5)]
    [InlineData(2.9)]
    [InlineData(20.0)]
    [InlineData(63.7)]
    [InlineData(66.0)]
    public void A_blur_equals_the_plain_boxes(double sigma)
    {
        foreach (int width in Widths)
            foreach (int height in new[] { 1, 2, 5, 33 })
            {
                RgbImage image = Fill.Noise(width, height, 33);
                byte[] expected = PlainOperations.Blur(image.Pixels, width, height, sigma);

                Blur.Gaussian(image.Pixels, width, height, sigma, scratch);

                Assert.Equal(expected, image.Pixels.ToArray());
            }
    }

    [Fact]
    public void A_white_image_stays_white_under_every_blur()
    {
        byte[] pixels = new byte[65 * 17 * 3];
        for (double sigma = 0.1; sigma < 70; sigma += 0.7)
        {
            pixels.AsSpan().Fill(255);
            Blur.Gaussian(pixels, 65, 17, sigma, scratch);
            Assert.All(pixels, level => Assert.Equal(255, level));
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.37)]
    [InlineData(1.0)]
    [InlineData(1.3)]
    [InlineData(1000.0)]
    [InlineData(3e38)]
    public void Brightness_and_saturation_equal_those_of_one_pixel_at_a_time(double factor)
    {
        EqualsOneAtATime(pixels => Colour.Brightness(pixels, factor));
        EqualsOneAtATime(pixels => Colour.Saturation(pixels, factor));
    }

    [Fact]
    public void Grey_equals_that_of_one_pixel_at_a_time() => EqualsOneAtATime(pixels => Colour.Greyscale(pixels));

    [Fact]
    public void The_hue_of_every_turn_equals_that_of_one_pixel_at_a_time()
    {
        byte[] colours = new byte[18 * 18 * 18 * 3];
        for (int i = 0; i < colours.Length; i += 3)
            (colours[i], colours[i + 1], colours[i + 2]) = ((byte)(i / 3 / 324 * 15), (byte)(i / 54 % 18 * 15), (byte)(i / 3 % 18 * 15));

        RgbImage noise = Fill.Noise(4001, 1, 34);
        for (int turn = -127; turn <= 127; turn++)
        {
            EqualsOneAtATime(pixels => Hue.Shift(pixels, turn / 254.0), colours);
            EqualsOneAtATime(pixels => Hue.Shift(pixels, turn / 254.0), noise.Pixels.ToArray());
        }
    }

    [Fact]
    public void Contrast_mixes_with_the_rounded_mean_of_all_greys()
    {
        foreach (int width in Widths)
        {
            RgbImage image = Fill.Noise(width, 3, 35);
            byte[] grey = image.Pixels.ToArray();
            Colour.Greyscale(grey);
            double mean = grey.Average(level => (double)level);

            Colour.Contrast(image.Pixels, 0);

            Assert.All(image.Pixels.ToArray(), level => Assert.Equal((byte)(mean + 0.5), level));
        }
    }

    [Fact]
    public void Mirroring_puts_every_pixel_of_a_row_in_the_opposite_place()
    {
        for (int width = 1; width < 100; width++)
        {
            RgbImage image = Fill.Noise(width, 3, 36);
            byte[] before = image.Pixels.ToArray();

            Flip.Horizontal(image.Pixels, width, 3);

            for (int i = 0; i < before.Length; i++)
            {
                (int y, int x, int channel) = (i / 3 / width, i / 3 % width, i % 3);
                Assert.Equal(before[(((y * width) + width - 1 - x) * 3) + channel], image.Pixels[i]);
            }
        }
    }

    private static void EqualsOneAtATime(Action<byte[]> change)
    {
        foreach (int width in Widths)
            EqualsOneAtATime(change, Fill.Noise(width, 3, 37).Pixels.ToArray());
    }

    // One pixel is less than a vector, so that it goes the scalar way.
    private static void EqualsOneAtATime(Action<byte[]> change, byte[] pixels)
    {
        byte[] expected = [.. pixels.Chunk(3).SelectMany(pixel =>
        {
            change(pixel);
            return pixel;
        })];

        byte[] together = [.. pixels];
        change(together);

        Assert.Equal(expected, together);
    }

    private static byte[] Cut(RgbImage image, int left, int top, int width, int height)
    {
        byte[] cut = new byte[width * height * 3];
        for (int y = 0; y < height; y++)
            image.Pixels.Slice((((top + y) * image.Width) + left) * 3, width * 3).CopyTo(cut.AsSpan(y * width * 3));

        return cut;
    }
}
