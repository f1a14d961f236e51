using DenseCL.Data.Loading;
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
using DenseCL.Transfer.Segmentation.Training;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Features;

/// <summary>
/// Whoever reads images for a backbone reads them with its depth: 12 bits in files of 16 then give what the same picture gives with all 16.
/// </summary>
public sealed class DepthOfImagesTests : IDisposable
{
    private static readonly DataOptions Auto = new(), Twelve = new() { Depth = PixelDepth.OfBits(12) };

    private readonly TemporaryFolder folder = new();
    private readonly Backbone network = Backbone.Create(BackboneKind.Resnet18);

    public DepthOfImagesTests()
    {
        network.Initialise(3);
        network.eval();
        foreach ((string name, int white) in new[] { ("full", 65535), ("dark", 4095) })
        {
            foreach (string part in (string[])["images", "masks"])
            {
                Directory.CreateDirectory(folder[name, part, "train"]);
                Directory.CreateDirectory(folder[name, part, "test"]);
            }

            File.WriteAllText(folder[name, "classes.txt"], "one\ntwo\n");
            for (int i = 0; i < 3; i++)
            {
                int seed = i * 40;
                string split = i == 0 ? "train" : "test";
                File.WriteAllBytes(
                    folder[name, "images", split, $"{i}.png"],
                    HostileFileTests.DeepPng(64, 64, (x, y) => ((((x * 5) + (y * 3) + (x * y) + seed) % 256 * white) + 127) / 255));
                ScenePng.WriteGrey(folder[name, "masks", split, $"{i}.png"], [.. Enumerable.Range(0, 64 * 64).Select(p => (byte)(p / 2048))], 64, 64);
            }
        }
    }

    public void Dispose()
    {
        folder.Dispose();
        network.Dispose();
    }

    [Fact]
    public void Pooled_features_are_of_the_backbones_depth() => AssertDepth((name, data) =>
    {
        using PooledFeatures features = PooledFeatures.Of(
            network, data, Source(name).Entries, new FeatureOptions { Size = 64 }, stop: TestContext.Current.CancellationToken);
        return features.Features.data<float>().ToArray();
    });

    [Fact]
    public void Feature_maps_are_of_the_backbones_depth() => AssertDepth((name, data) =>
    {
        using FeatureMaps maps = new(BackboneSource.Of(network, data), new FeatureMapOptions { Precision = Precision.Fp32 });
        using Tensor map = maps.Of(folder[name, "images", "train", "0.png"]);
        return map.cpu().data<float>().ToArray();
    });

    [Fact]
    public void Match_scores_are_of_the_backbones_depth() => AssertDepth<byte>((name, data) =>
    {
        MatchScoreEvaluation evaluation = new(Source(name), new MatchScoreOptions { Size = 64, Precision = Precision.Fp32 });
        List<byte> views = [];
        evaluation.Evaluate(BackboneSource.Of(network, data), 1, TestContext.Current.CancellationToken, pair => views.AddRange(pair.First));
        return [.. views];
    });

    [Fact]
    public void Images_of_segmentation_are_of_the_backbones_depth() => AssertDepth((name, data) =>
    {
        var labelled = SegmentationData.Open(folder[name], stop: TestContext.Current.CancellationToken);
        RgbImage image = new();
        SegmentationLoader.Read(labelled, labelled.Train[0], image, data);
        return image.Pixels.ToArray();
    });

    [Fact]
    public void Views_of_the_training_are_of_the_recipes_depth() => AssertDepth((name, data) =>
    {
        TwoViews views = new(data with { Size = 64 });
        views.Decode(File.ReadAllBytes(folder[name, "images", "train", "0.png"]), ImageLimits.Default, new CounterRandom(1, 0), new CounterRandom(1, 1));
        byte[] view = new byte[64 * 64 * 3];
        views.Make(0, view);
        return view;
    });

    private static void AssertDepth<T>(Func<string, DataOptions, T[]> read)
    {
        T[] full = read("full", Auto);
        Assert.Equal(full, read("dark", Twelve));
        Assert.NotEqual(full, read("dark", Auto));
    }

    private ImageSource Source(string name) => ImageSource.Open(folder[name, "images"]);
}
