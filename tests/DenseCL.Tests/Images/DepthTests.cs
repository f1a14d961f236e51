using DenseCL.Images;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;

namespace DenseCL.Tests.Images;

/// <summary>Which values of pictures with more than 8 bits become black and white.</summary>
public sealed class DepthTests
{
    [Theory]
    [InlineData("auto")]
    [InlineData("8")]
    [InlineData("12")]
    [InlineData("16")]
    [InlineData("stretch")]
    [InlineData("[102, 3987]")]
    [InlineData("[0, 1000]")]
    public void A_depth_is_written_as_it_is_read(string text)
    {
        Assert.True(PixelDepth.TryParse(text, out PixelDepth depth));
        Assert.Equal(text, depth.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("12.5")]
    [InlineData("[1, 2, 3]")]
    [InlineData("[1, x]")]
    [InlineData("twelve")]
    public void What_is_no_depth_is_not_read(string text) => Assert.False(PixelDepth.TryParse(text, out _));

    [Theory]
    [InlineData("[5, 5]")]
    [InlineData("[6, 5]")]
    [InlineData("[-1, 5]")]
    [InlineData("[0, 65536]")]
    public void A_range_out_of_order_is_refused_with_what_to_choose(string text)
    {
        string message = Assert.Throws<RecipeException>(() => RecipeReader.Parse($"data.depth: {text}", "r.yaml")).Message;
        Assert.Contains($"data.depth is {text}, but must be", message, StringComparison.Ordinal);
        Assert.Contains("Choose [0, 4095]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_word_that_is_none_is_refused_with_those_that_are()
    {
        string message = Assert.Throws<RecipeException>(() => RecipeReader.Parse("data.depth: twelve", "r.yaml")).Message;
        Assert.Contains("`auto`, `stretch`, a number of bits from 8 to 16", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 4095)]
    [InlineData(0, 65535)]
    [InlineData(0, 1)]
    [InlineData(102, 3987)]
    public void Every_value_becomes_the_nearest_of_256(int black, int white)
    {
        byte[] table = SampleTable.Of(black, white);
        for (int value = 0; value <= ushort.MaxValue; value++)
        {
            decimal exact = Math.Clamp((value - black) * 255m / (white - black), 0, 255);
            Assert.Equal((int)Math.Floor(exact + 0.5m), table[value]);
        }
    }

    [Fact]
    public void A_PNG_and_a_TIFF_of_16_bits_give_the_values_that_were_chosen()
    {
        foreach (string name in (string[])["grey16.png", "rgb16.png", "grey16.tif", "rgb16-tiles.tif", "rgb16-big.tif", "grey16-lzw-predicted-big.tif"])
        {
            (ushort[] values, int width, int height) = Values(name);
            foreach (PixelDepth depth in (PixelDepth[])[PixelDepth.Auto, PixelDepth.OfBits(12), PixelDepth.OfRange(1000, 50_000)])
            {
                (int black, int white) = depth.Range(16);
                var image = new RgbImage();
                ImageDecoder.Decode(Golden.File(name).Data, image, ImageLimits.Default, depth);
                Assert.Equal((width, height), (image.Width, image.Height));
                for (int i = 0; i < values.Length; i++)
                    Assert.Equal(Math.Floor((Math.Clamp((values[i] - black) / (double)(white - black), 0, 1) * 255) + 0.5), image.Pixels[i], 0.0);
            }
        }
    }

    [Fact]
    public void Pictures_of_8_bits_are_not_changed()
    {
        foreach (string name in (string[])["rgb.png", "strips.tif", "jpeg.tif", "rgb-444.jpg", "palette.tif", "grey4.tif", "lossy.webp"])
        {
            (byte[] data, _, _, byte[] expected) = Golden.File(name);
            var image = new RgbImage();
            ImageDecoder.Decode(data, image, ImageLimits.Default, PixelDepth.OfRange(3, 17));
            Assert.Equal(expected, image.Pixels.ToArray());
        }
    }

    // noise(43, 29, 21) · 256 + noise(43, 29, 22), of which make.py made the files; a grey file has the first of three values.
    private static (ushort[] Values, int Width, int Height) Values(string name)
    {
        RgbImage high = Fill.Noise(43, 29, 21), low = Fill.Noise(43, 29, 22);
        ushort[] values = new ushort[43 * 29 * 3];
        for (int i = 0; i < values.Length; i++)
        {
            int at = name.StartsWith("grey", StringComparison.Ordinal) ? i / 3 * 3 : i;
            values[i] = (ushort)((high.Pixels[at] << 8) | low.Pixels[at]);
        }

        return (values, 43, 29);
    }
}
