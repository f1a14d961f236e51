using DenseCL.Data.Loading;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Tests.Images;

namespace DenseCL.Tests.Data;

/// <summary>Views of pictures of several channels.</summary>
public sealed class ChannelViewTests
{
    private const int Size = 32, Width = 90, Height = 70;

    // Everything often; without hue, which changes even greys by rounding, the view of a grey picture is that of each of its channels.
    private static readonly DataOptions Often = new()
    {
        Size = Size,
        Hue = 0,
        JitterProbability = 0.8,
        BlurProbability = 0.5,
        VerticalFlipProbability = 0.5,
        QuarterTurnProbability = 0.5,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(8)]
    public void Each_channel_is_the_view_of_a_grey_picture_with_that_channels_brightness_and_contrast(int channels)
    {
        DataOptions options = Often with { Channels = channels };
        RgbImage image = Noise(channels), grey = new();
        Augmentation augmentation = new(options), rgb = new(Often);
        byte[] view = new byte[Size * Size * channels], expected = new byte[Size * Size * 3];
        for (ulong i = 0; i < 40; i++)
        {
            ViewParameters parameters = Draw(options, i);
            augmentation.Apply(image, parameters, view);
            for (int channel = 0; channel < channels; channel++)
            {
                grey.Reset(Width, Height);
                for (int pixel = 0; pixel < Width * Height; pixel++)
                    grey.Pixels.Slice(pixel * 3, 3).Fill(image.Pixels[(pixel * channels) + channel]);

                ChannelJitter own = parameters.Channels![channel];
                rgb.Apply(grey, parameters with { Channels = null, Brightness = own.Brightness, Contrast = own.Contrast }, expected);
                Assert.Equal(expected.Chunk(3).Select(pixel => pixel[0]), view.Chunk(channels).Select(pixel => pixel[channel]));
            }
        }
    }

    [Fact]
    public void The_draws_are_those_of_red_green_and_blue_and_further_ones_for_the_further_channels()
    {
        List<double> brightness = [], contrast = [];
        for (ulong i = 0; i < 2000; i++)
        {
            ViewParameters three = Draw(Often, i), five = Draw(Often with { Channels = 5 }, i);
            Assert.Null(three.Channels);
            Assert.Equal(three, five with { Channels = null });
            Assert.Equal(new ChannelJitter(three.Brightness, three.Contrast), five.Channels![0]);
            Assert.Equal(10, five.Channels.SelectMany(one => new[] { one.Brightness, one.Contrast }).Distinct().Count());
            brightness.AddRange(five.Channels.Select(one => one.Brightness));
            contrast.AddRange(five.Channels.Select(one => one.Contrast));
        }

        foreach (List<double> factors in new[] { brightness, contrast })
        {
            Assert.All(factors, factor => Assert.InRange(factor, 0.6, 1.4));
            Assert.Equal(1, factors.Average(), 0.01);       // 0.4 / √3 / √10000 is 0.0023
            Assert.True(factors.Min() < 0.601 && factors.Max() > 1.399);
        }
    }

    [Fact]
    public void The_loader_gives_views_of_all_channels_whatever_the_number_of_threads()
    {
        using TemporaryImages files = new();
        for (int i = 0; i < 8; i++)
            files.Write($"{i}.tif", PlainTiff.Of(60, 50, 5, (x, y, c) => (x * (c + 2)) + (y * 7) + (i * 40)));

        byte[][][] views = [.. new[] { 1, 3 }.Select(threads =>
        {
            using TwoViewLoader loader = new(new TwoViewLoaderOptions
            {
                Source = ImageSource.Open(files.Root),
                Augmentation = Often with { Channels = 5 },
                Limits = new ImageLimits { Channels = 5 },
                Batch = 4,
                Threads = threads,
            });
            return loader.Epoch(0, 0, TestContext.Current.CancellationToken)
                .SelectMany(batch => new[] { batch.Query.ToArray(), batch.Key.ToArray() })
                .ToArray();
        })];
        Assert.Equal([.. Enumerable.Repeat(4 * Size * Size * 5, 4)], views[0].Select(view => view.Length));
        Assert.Equal(views[0], views[1]);
    }

    private static ViewParameters Draw(DataOptions options, ulong image)
    {
        CounterRandom random = new(7, image);
        return ViewParameters.Draw(options, ref random, Width, Height);
    }

    private static RgbImage Noise(int channels)
    {
        RgbImage image = new();
        image.Reset(Width, Height, channels);
        Fill.Noise(Width * 3, Height, 42).Pixels[..image.Pixels.Length].CopyTo(image.Pixels);
        return image;
    }
}
