using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Tests.Images;

namespace DenseCL.Tests.Data;

/// <summary>Means and deviations that are measured on the images.</summary>
public sealed class ChannelSurveyTests : IDisposable
{
    private readonly TemporaryImages files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void They_are_those_of_all_pixels_of_the_set()
    {
        List<byte[]> pixels = [];
        foreach (string name in new[] { "five.tif", "five-planes.tif", "five-from-white.tif", "five-orientation-6.tif" })
        {
            files.Write(name, Golden.Channels(name).Data);
            pixels.AddRange(Golden.Channels(name).Pixels.Chunk(5));
        }

        files.Picture("photo.jpg");     // does not count
        DataOptions data = Measured(new DataOptions { Channels = 5 });

        for (int channel = 0; channel < 5; channel++)
        {
            double mean = pixels.Average(pixel => pixel[channel] / 255.0);
            double deviation = Math.Sqrt(pixels.Average(pixel => Math.Pow((pixel[channel] / 255.0) - mean, 2)));
            Assert.Equal(mean, data.Mean.Numbers[channel], 5.1e-5);     // four decimals are kept
            Assert.Equal(deviation, data.Std.Numbers[channel], 5.1e-5);
        }
    }

    [Fact]
    public void A_recipe_of_red_green_and_blue_stays_as_it_is_unless_it_asks()
    {
        files.Picture("a.png", seed: 1);
        files.Picture("b.png", seed: 2);
        var source = ImageSource.Open(files.Root);
        Recipe plain = new();
        Assert.Same(plain, Survey.Measured(plain, source, TestContext.Current.CancellationToken));

        DataOptions mean = Measured(new DataOptions { Mean = PerChannel.Measured });
        Assert.Equal(3, mean.Mean.Numbers.Count);
        Assert.NotEqual(plain.Data.Mean, mean.Mean);
        Assert.Equal(plain.Data.Std, mean.Std);
    }

    [Fact]
    public void Numbers_that_are_given_stay_and_a_recipe_that_was_measured_is_not_measured_again()
    {
        files.Write("a.tif", Golden.Channels("two.tif").Data);
        DataOptions given = new() { Channels = 2, Mean = new PerChannel(0.25, 0.5) }, once = Measured(given);
        Assert.Equal(given.Mean, once.Mean);
        Assert.Equal(2, once.Std.Numbers.Count);
        Recipe recipe = new() { Data = once };
        Assert.Same(recipe, Survey.Measured(recipe, ImageSource.Open(files.Root), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void They_are_measured_on_values_of_the_depth_that_was_chosen()
    {
        // 4095 is white by 12 bits: 2048 / 4095 of the way.
        files.Write("a.png", HostileFileTests.DeepPng(32, 32, (x, _) => x % 2 == 0 ? 0 : 4095));
        DataOptions data = Measured(new DataOptions { Channels = 1, Depth = PixelDepth.OfBits(12) });
        Assert.Equal((new PerChannel(0.5), new PerChannel(0.5)), (data.Mean, data.Std));
    }

    [Fact]
    public void A_channel_that_is_the_same_everywhere_has_the_least_deviation()
    {
        files.Write("a.tif", PlainTiff.Of(20, 20, 2, (x, _, c) => c == 0 ? 51 : x * 10));
        DataOptions data = Measured(new DataOptions { Channels = 2 });
        Assert.Equal((0.2, 0.001), (data.Mean.Numbers[0], data.Std.Numbers[0]));
    }

    [Fact]
    public void The_order_of_threads_changes_nothing()
    {
        for (int i = 0; i < 40; i++)
            files.Write($"{i}.tif", PlainTiff.Of(20, 20, 4, (x, y, c) => (x * i) + (y * (c + 1))));

        Assert.Equal(Measured(new DataOptions { Channels = 4, Threads = 1 }).Mean, Measured(new DataOptions { Channels = 4, Threads = 7 }).Mean);
    }

    [Fact]
    public void A_set_without_a_usable_image_is_told_with_reasons()
    {
        files.Picture("a.jpg");
        string message = Assert.Throws<DataException>(() => Measured(new DataOptions { Channels = 5 })).Message;
        Assert.Equal(
            "The means of the channels cannot be measured: none of 1 images can be used: "
            + "a.jpg (it has red, green and blue (3 channels), and images of 5 channels are wanted (data.channels)).",
            message);
    }

    [Fact]
    public void Pictures_of_more_channels_than_are_used_are_said_with_what_to_choose()
    {
        files.Picture("a.jpg");
        files.Write("grey.tif", Golden.Channels("grey.tif").Data);
        files.Write("alpha.tif", Golden.File("rgba.tif").Data);
        Assert.Null(Note(new DataOptions()));

        files.Write("five.tif", Golden.Channels("five.tif").Data);
        files.Write("four.tif", Golden.Channels("rgb-and-infrared.tif").Data);
        Assert.Equal(
            "2 of 5 images that were looked at have 4 to 5 channels, of which only grey or red, green and blue are used. "
            + "Choose data.channels=5 to use all.",
            Note(new DataOptions()));
        Assert.Null(Note(new DataOptions { Channels = 4 }));

        string? Note(DataOptions data) =>
            Survey.ChannelNote(new Recipe { Data = data }, ImageSource.Open(files.Root), TestContext.Current.CancellationToken);
    }

    private DataOptions Measured(DataOptions data) =>
        Survey.Measured(new Recipe { Data = data }, ImageSource.Open(files.Root), TestContext.Current.CancellationToken).Data;
}
