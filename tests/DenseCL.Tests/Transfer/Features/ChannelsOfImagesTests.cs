using DenseCL.Data.Scenes;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Tests.Images;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.MatchScore;
using DenseCL.Transfer.Protocols.Segmentation;
using DenseCL.Transfer.Segmentation;
using DenseCL.Transfer.Segmentation.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Features;

/// <summary>
/// Whoever reads images for a backbone reads all of its channels. A network that adds five equal channels as another adds red, green and blue
/// must find in five copies of a grey picture what the other finds in the grey picture.
/// </summary>
public sealed class ChannelsOfImagesTests : IDisposable
{
    private static readonly DataOptions
        Rgb = new() { Mean = new PerChannel(0.4, 0.4, 0.4), Std = new PerChannel(0.25, 0.25, 0.25) },
        Five = new() { Channels = 5, Mean = new PerChannel(0.4, 0.4, 0.4, 0.4, 0.4), Std = new PerChannel(0.25, 0.25, 0.25, 0.25, 0.25) };

    private readonly TemporaryFolder folder = new();
    private readonly Backbone rgb = Backbone.Create(BackboneKind.Resnet18), five = Backbone.Create(BackboneKind.Resnet18, channels: 5);

    public ChannelsOfImagesTests()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        rgb.Initialise(3);
        Dictionary<string, Tensor> from = rgb.state_dict();
        foreach ((string name, Tensor tensor) in five.state_dict())
            tensor.copy_(name == "conv1.weight" ? from[name].sum([1], keepdim: true).div(5) : from[name]);

        rgb.eval();
        five.eval();
        foreach ((string name, int channels) in new[] { ("grey", 1), ("five", 5) })
        {
            Directory.CreateDirectory(folder[name, "images"]);
            Directory.CreateDirectory(folder[name, "masks"]);
            File.WriteAllText(folder[name, "classes.txt"], "one\ntwo\n");
            for (int i = 0; i < 4; i++)
            {
                int seed = i * 40;
                byte[] tiff = PlainTiff.Of(80, 64, channels, (x, y, _) => ((x * 5) + (y * 3) + (x * y / 4) + seed) % 256);
                File.WriteAllBytes(folder[name, "images", $"{i}.tif"], tiff);
                ScenePng.WriteGrey(folder[name, "masks", $"{i}.png"], [.. Enumerable.Range(0, 80 * 64).Select(p => (byte)(p % 80 / 40))], 80, 64);
            }
        }
    }

    public void Dispose()
    {
        folder.Dispose();
        rgb.Dispose();
        five.Dispose();
    }

    [Fact]
    public void Pooled_features() => AssertSame((name, network, data) =>
    {
        using PooledFeatures features = PooledFeatures.Of(
            network, data, Source(name).Entries, new FeatureOptions { Size = 64 }, stop: TestContext.Current.CancellationToken);
        return features.Features.data<float>().ToArray();
    });

    [Fact]
    public void Feature_maps() => AssertSame((name, network, data) =>
    {
        using FeatureMaps maps = new(BackboneSource.Of(network, data), new FeatureMapOptions { Precision = Precision.Fp32, ShortSide = 60 });
        using Tensor map = maps.Of(folder[name, "images", "0.tif"]);
        return map.cpu().data<float>().ToArray();
    });

    [Fact]
    public void Match_scores_and_the_views_to_look_at() => AssertSame((name, network, data) =>
    {
        MatchScoreEvaluation evaluation = new(Source(name), new MatchScoreOptions { Size = 64, Precision = Precision.Fp32 });
        List<float> seen = [];
        MatchScoreResult result = evaluation.Evaluate(
            BackboneSource.Of(network, data), 1, TestContext.Current.CancellationToken, pair => seen.AddRange(pair.First.Select(value => (float)value)));
        return [(float)result.Matches, (float)result.ExactMatches, .. seen];
    });

    [Fact]
    public void Fine_tuning_for_segmentation()
    {
        // Brightness and contrast of grey pictures are those of each channel; saturation and hue do not exist for five.
        SegmentationOptions options = new()
        {
            CropWidth = 64,
            CropHeight = 96,
            Batch = 2,
            Steps = 2,
            Precision = Precision.Fp32,
            Scale = new(0.9, 1.1),
        };
        AssertSame((name, network, data) =>
        {
            SegmentationData labelled = Open(name);
            using SegmentationLoader loader = new(labelled, labelled.Train, options with { Distortion = 0 }, data, seed: 5);
            SegmentationBatch batch = loader.Next(TestContext.Current.CancellationToken);
            return [.. batch.Pixels.Chunk(data.Channels).Select(pixel => (float)pixel[^1]), .. batch.Labels.Select(label => (float)label)];
        });

        SegmentationData labelled = Open("five");
        SegmentationEvaluation evaluation = new(labelled, options with { CropHeight = 64 }) { Predictions = folder["predictions"] };
        evaluation.Report(BackboneSource.Of(five, Five), 1, null, TestContext.Current.CancellationToken);
        Assert.Equal(labelled.Test.Count, Directory.GetFiles(folder["predictions", "drawn"]).Length);
    }

    [Fact]
    public void Images_of_other_channels_are_told()
    {
        string message = Assert.Throws<DenseCL.Data.DataException>(() => PooledFeatures.Of(
            five, Five, Source("grey").Entries, new FeatureOptions { Size = 64 }, stop: TestContext.Current.CancellationToken)).Message;
        Assert.Contains("it is grey (1 channel), and images of 5 channels are wanted", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_are_shown_in_their_first_channels()
    {
        Assert.Equal([1, 2, 3, 6, 7, 8], RgbImage.Shown([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 5));
        Assert.Equal([1, 1, 1, 3, 3, 3], RgbImage.Shown([1, 2, 3, 4], 2));
        Assert.Equal([9, 9, 9], RgbImage.Shown([9], 1));
        Assert.Equal([1, 2, 3], RgbImage.Shown([1, 2, 3], 3));
    }

    private SegmentationData Open(string name) => SegmentationData.Open(
        folder[name], new SegmentationDataOptions { TestSplit = "all" }, TestContext.Current.CancellationToken);

    private ImageSource Source(string name) => ImageSource.Open(folder[name, "images"]);

    private void AssertSame(Func<string, Backbone, DataOptions, float[]> read)
    {
        float[] expected = read("grey", rgb, Rgb), actual = read("five", five, Five);
        Assert.Equal(expected.Length, actual.Length);
        Assert.True(expected.Distinct().Count() > 10);
        foreach ((float theirs, float ours) in expected.Zip(actual))
            Assert.Equal(theirs, ours, 1e-4 * Math.Max(1, expected.Max()));
    }
}
