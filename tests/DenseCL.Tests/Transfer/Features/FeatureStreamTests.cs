using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Tests.Data;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Solvers;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Features;

public sealed class FeatureStreamTests : IDisposable
{
    private static readonly BackboneSource Weights = BackboneSource.Untrained(BackboneKind.Resnet18, 1);

    private readonly TemporaryImages images = new();

    public FeatureStreamTests()
    {
        foreach (int number in Enumerable.Range(1, 11))
        {
            images.Picture(FormattableString.Invariant($"photos/{number}.png"), 60 + number, 70, number);
        }
    }

    private ImageSource Source => ImageSource.Open(images.PathOf("photos"));

    public void Dispose() => images.Dispose();

    [Fact]
    public async Task Pooled_features_are_those_of_the_evaluations_whatever_the_batch()
    {
        FeatureOptions options = new() { Size = 64, Batch = 4 };
        List<ImageFeatures> streamed = [];
        await foreach (ImageFeatures image in FeatureStream.Pooled(Weights, Source, options, stop: TestContext.Current.CancellationToken))
        {
            streamed.Add(image);
        }

        Assert.Equal(Enumerable.Range(1, 11).Select(number => FormattableString.Invariant($"{number}.png")), streamed.Select(image => image.Path));
        using DisposeScope scope = NewDisposeScope();
        using Backbone backbone = Weights.Build();
        ImageEntry[] inOrder = [.. Source.Entries.OrderBy(entry => int.Parse(Path.GetFileNameWithoutExtension(entry.Name), System.Globalization.CultureInfo.InvariantCulture))];
        using PooledFeatures pooled = PooledFeatures.Of(backbone, Weights.Normalisation, inOrder, options, stop: TestContext.Current.CancellationToken);
        Assert.Equal(pooled.Features.data<float>().ToArray(), streamed.SelectMany(image => image.Values));
    }

    [Fact]
    public async Task Maps_are_those_of_the_dense_probe()
    {
        FeatureMapOptions options = new() { Stride = 8, ShortSide = null, Precision = Precision.Fp32 };
        await foreach (ImageFeatures image in FeatureStream.Maps(Weights, Source, options, stop: TestContext.Current.CancellationToken))
        {
            using DisposeScope scope = NewDisposeScope();
            using FeatureMaps maps = new(Weights, options);
            Tensor map = maps.Of(images.PathOf($"photos/{image.Path}"));
            Assert.Equal([1, image.Channels, image.Height, image.Width], map.shape);
            Assert.Equal(9, image.Height);      // 70 pixels
            Assert.Equal(map[0, 5, 3, 2].item<float>(), image.Values[(((3 * image.Width) + 2) * image.Channels) + 5]);
            if (image.Path == "3.png")
            {
                break;      // and no more is computed
            }
        }
    }

    [Fact]
    public async Task An_image_that_cannot_be_used_is_left_out_only_where_the_caller_hears_of_it()
    {
        images.Text("photos/4b.jpg", "no image");
        SkippedImages skipped = new();
        int count = 0;
        await foreach (ImageFeatures image in FeatureStream.Pooled(Weights, Source, new() { Size = 32, Batch = 1 }, skipped, TestContext.Current.CancellationToken))
        {
            count++;
        }

        Assert.Equal((11, "4b.jpg"), (count, Assert.Single(skipped.Entries).File));
        CancellationToken stop = TestContext.Current.CancellationToken;
        foreach (IAsyncEnumerable<ImageFeatures> strict in new[] { FeatureStream.Pooled(Weights, Source, stop: stop), FeatureStream.Maps(Weights, Source, new() { ShortSide = 32 }, stop: stop) })
        {
            DataException error = await Assert.ThrowsAsync<DataException>(async () =>
            {
                await foreach (ImageFeatures image in strict)
                {
                    _ = image;
                }
            });
            Assert.Contains("4b.jpg", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Natural_order_counts()
    {
        string[] words = ["", "a/2.png", "a/10.png", "a-b/1.png", "a1b2", "a1b10", "a01b11", "b", "é"];
        string[] numbers = ["01", "1", "2", "2a", "10", "18446744073709551616", "18446744073709551617"];
        Assert.Equal(numbers, numbers.Reverse().Order(NaturalOrder.Instance));
        Assert.Equal(words, words.Reverse().Order(NaturalOrder.Instance));
    }

    [Fact]
    public void Principal_components_are_those_of_the_whole_with_fixed_signs()
    {
        // Along (3, -4) / 5 with deviation 10, along (4, 3) / 5 with 1; the mean is (7, -2).
        CounterRandom random = new(5);
        PrincipalComponents sums = new(2);
        for (int piece = 1; piece <= 200; piece++)
        {
            float[] values = new float[2 * piece];
            for (int i = 0; i < piece; i++)
            {
                double u = 10 * Math.Sqrt(12) * (random.NextInt(1_000_001) / 1e6 - 0.5), v = Math.Sqrt(12) * (random.NextInt(1_000_001) / 1e6 - 0.5);
                (values[2 * i], values[(2 * i) + 1]) = ((float)(7 + (0.6 * u) + (0.8 * v)), (float)(-2 - (0.8 * u) + (0.6 * v)));
            }

            sums.Add(values);
        }

        (double[] mean, double[,] components, double[] deviations) = sums.Fit(2);
        Assert.Equal(7, mean[0], 0.3);
        Assert.Equal(-2, mean[1], 0.3);
        Assert.Equal(10, deviations[0], 0.2);
        Assert.Equal(1, deviations[1], 0.02);
        Assert.Equal(-0.6, components[0, 0], 0.01);     // the largest, 0.8, is positive
        Assert.Equal(0.8, components[0, 1], 0.01);
        Assert.Equal(0.8, components[1, 0], 0.01);
    }
}
