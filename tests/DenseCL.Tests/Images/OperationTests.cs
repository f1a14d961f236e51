using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using DenseCL.Data.Loading;
using DenseCL.Images;
using DenseCL.Images.Operations;
using DenseCL.Recipes;

namespace DenseCL.Tests.Images;

public sealed class OperationTests
{
    private readonly Scratch scratch = new();

    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (string name in new[] { "resized_crop", "resized_box", "brightness", "contrast", "saturation", "hue", "greyscale", "flip", "blur", "view" })
            {
                for (int i = 0; i < Golden.Operations(name).Count(); i++)
                {
                    cases.Add(name, i);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_operation_equals_torchvisions_to_the_last_bit(string name, int number)
    {
        JsonElement golden = Golden.Operations(name).ElementAt(number);
        RgbImage image = Fill.Image(
            golden.GetProperty("fill").GetString()!,
            golden.GetProperty("width").GetInt32(),
            golden.GetProperty("height").GetInt32(),
            golden.GetProperty("seed").GetUInt32());
        JsonElement[] arguments = [.. golden.GetProperty("arguments").EnumerateArray()];

        byte[] result = new byte[golden.GetProperty("outWidth").GetInt32() * golden.GetProperty("outHeight").GetInt32() * 3];
        Apply(name, image, arguments, result);

        Assert.Equal(Golden.Pixels(golden), result);
    }

    [Theory]
    [InlineData("0.1")]
    [InlineData("-0.3")]
    public void Hue_equals_torchvisions_for_every_colour_there_is(string turn)
    {
        byte[] pixels = new byte[3 << 24];
        for (int i = 0; i < 1 << 24; i++)
        {
            (pixels[i * 3], pixels[(i * 3) + 1], pixels[(i * 3) + 2]) = ((byte)(i >> 16), (byte)(i >> 8), (byte)i);
        }

        Hue.Shift(pixels, double.Parse(turn, CultureInfo.InvariantCulture));

        Assert.Equal(Golden.EveryColour.GetProperty(turn).GetString(), Convert.ToHexStringLower(SHA256.HashData(pixels)));
    }

    [Fact]
    public void A_turn_of_the_hue_changes_colours_but_not_greys()
    {
        byte[] red = [200, 20, 20];
        Hue.Shift(red, 1.0 / 3.0);
        Assert.Equal((byte)200, red[1]); // red becomes green
        Assert.True(red[0] < 30 && red[2] < 30);

        byte[] grey = [77, 77, 77];
        Hue.Shift(grey, 0.3);
        Assert.Equal([77, 77, 77], grey);
    }

    [Fact]
    public void Pixels_outside_the_crop_have_no_influence()
    {
        RgbImage inside = Fill.Noise(40, 30, 1);
        RgbImage other = Fill.Noise(40, 30, 2);
        for (int y = 8; y < 20; y++)
        {
            int start = ((y * 40) + 7) * 3;
            inside.Pixels.Slice(start, 15 * 3).CopyTo(other.Pixels[start..]);
        }

        byte[] first = new byte[6 * 5 * 3];
        byte[] second = new byte[6 * 5 * 3];
        Resample.ResizedCrop(inside, 7, 8, 15, 12, first, 6, 5, scratch);
        Resample.ResizedCrop(other, 7, 8, 15, 12, second, 6, 5, scratch);

        Assert.Equal(first, second);
    }

    [Fact]
    public void A_flat_image_stays_flat_under_resampling_and_blur()
    {
        RgbImage image = new();
        image.Reset(50, 41);
        image.Pixels.Fill(93);
        byte[] view = new byte[17 * 19 * 3];

        Resample.ResizedCrop(image, 1, 2, 47, 31, view, 17, 19, scratch);
        Blur.Gaussian(view, 17, 19, 1.7, scratch);

        Assert.All(view, level => Assert.Equal(93, level));
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(1.5)]
    [InlineData(2.0)]
    [InlineData(4.0)]
    public void The_blur_of_a_line_has_the_variance_that_was_asked_for(double sigma)
    {
        const int width = 81;
        byte[] pixels = new byte[width * 3];
        pixels.AsSpan((width / 2) * 3, 3).Fill(255);

        Blur.Gaussian(pixels, width, 1, sigma, scratch);

        double sum = 0, variance = 0;
        for (int x = 0; x < width; x++)
        {
            sum += pixels[x * 3];
            variance += pixels[x * 3] * Math.Pow(x - (width / 2), 2);
        }

        Assert.Equal(sigma, Math.Sqrt(variance / sum), 0.1 * sigma); // levels are rounded in each of three passes
        Assert.Equal(255, sum, 15.0);
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        RgbImage image = Fill.Noise(20, 20, 1);
        byte[] view = new byte[4 * 4 * 3];
        Assert.Throws<ArgumentOutOfRangeException>(() => Resample.ResizedCrop(image, -1, 0, 5, 5, view, 4, 4, scratch));
        Assert.Throws<ArgumentOutOfRangeException>(() => Resample.ResizedCrop(image, 16, 0, 5, 5, view, 4, 4, scratch));
        Assert.Throws<ArgumentOutOfRangeException>(() => Resample.ResizedCrop(image, 0, 1, 5, int.MaxValue, view, 4, 4, scratch));
        Assert.Throws<ArgumentOutOfRangeException>(() => Resample.ResizedCrop(image, 0, 0, 0, 5, view, 4, 4, scratch));
        Assert.Throws<ArgumentException>(() => Resample.ResizedCrop(image, 0, 0, 5, 5, view, 4, 5, scratch));
        Assert.Throws<ArgumentOutOfRangeException>(() => Resample.ResizedBox(image, -0.1, 0, 5, 5, view, 4, 4, scratch));
        Assert.Throws<ArgumentOutOfRangeException>(() => Resample.ResizedBox(image, 0, 15.5, 5, 5, view, 4, 4, scratch));
        Assert.Throws<ArgumentOutOfRangeException>(() => Resample.ResizedBox(image, 0, 0, 0, 5, view, 4, 4, scratch));
        Assert.Throws<ArgumentOutOfRangeException>(() => Resample.ResizedBox(image, 0, double.NaN, 5, 5, view, 4, 4, scratch));
        Assert.Throws<ArgumentException>(() => Resample.ResizedBox(image, 0, 0, 5, 5, view, 4, 5, scratch));
        Assert.Throws<ArgumentOutOfRangeException>(() => Blur.Gaussian(view, 4, 4, 0, scratch));
        Assert.Throws<ArgumentOutOfRangeException>(() => Blur.Gaussian(view, 4, 4, double.NaN, scratch));
        Assert.Throws<ArgumentException>(() => Flip.Horizontal(view, 5, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Colour.Brightness(view, -0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Colour.Contrast(view, double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => Hue.Shift(view, 0.6));
        Assert.Throws<ArgumentException>(() => Colour.Greyscale(view.AsSpan(1)));
    }

    private void Apply(string name, RgbImage image, JsonElement[] arguments, byte[] result)
    {
        if (name is "resized_crop")
        {
            int[] sides = [.. arguments.Select(argument => argument.GetInt32())];
            Resample.ResizedCrop(image, sides[0], sides[1], sides[2], sides[3], result, sides[4], sides[5], scratch);
            return;
        }

        if (name is "resized_box")
        {
            double[] edges = [.. arguments.Select(argument => argument.GetDouble())];
            Resample.ResizedBox(image, edges[0], edges[1], edges[2], edges[3], result, (int)edges[4], (int)edges[5], scratch);
            return;
        }

        if (name is "view")
        {
            ApplyView(image, arguments, result);
            return;
        }

        Span<byte> pixels = image.Pixels;
        double amount = arguments.Length > 0 ? arguments[0].GetDouble() : 0;
        switch (name)
        {
            case "brightness":
                Colour.Brightness(pixels, amount);
                break;
            case "contrast":
                Colour.Contrast(pixels, amount);
                break;
            case "saturation":
                Colour.Saturation(pixels, amount);
                break;
            case "hue":
                Hue.Shift(pixels, amount);
                break;
            case "greyscale":
                Colour.Greyscale(pixels);
                break;
            case "flip":
                Flip.Horizontal(pixels, image.Width, image.Height);
                break;
            case "blur":
                Blur.Gaussian(pixels, image.Width, image.Height, amount, scratch);
                break;
            default:
                Assert.Fail($"No operation is called {name}.");
                break;
        }

        pixels.CopyTo(result);
    }

    private static void ApplyView(RgbImage image, JsonElement[] a, byte[] result)
    {
        bool jitter = a[5].ValueKind == JsonValueKind.Array;
        int order = jitter ? OrderNumber([.. a[5].EnumerateArray().Select(step => step.GetInt32())]) : 0;
        double sigma = a[11].GetDouble();
        var parameters = new ViewParameters(
            new CropGeometry(a[0].GetInt32(), a[1].GetInt32(), a[2].GetInt32(), a[3].GetInt32(), a[12].GetInt32() != 0),
            jitter, order, a[6].GetDouble(), a[7].GetDouble(), a[8].GetDouble(), a[9].GetDouble(),
            Greyscale: a[10].GetInt32() != 0, Blurred: sigma > 0, sigma);
        var augmentation = new Augmentation(new DataOptions { Size = a[4].GetInt32() });
        augmentation.Apply(image, parameters, result);
    }

    private static int OrderNumber(int[] order)
    {
        var left = new List<int> { 0, 1, 2, 3 };
        int number = 0, radix = 1;
        foreach (int step in order)
        {
            number += left.IndexOf(step) * radix;
            radix *= left.Count;
            left.Remove(step);
        }

        return number;
    }
}
