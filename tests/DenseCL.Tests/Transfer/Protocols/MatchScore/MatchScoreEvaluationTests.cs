using System.Globalization;
using System.Text.Json;
using DenseCL.Data;
using DenseCL.Data.Loading;
using DenseCL.Data.Scenes;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Tests.Data;
using DenseCL.Tests.Weights;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Protocols.MatchScore;
using DenseCL.Weights;
using DenseCL.Weights.Formats;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Protocols.MatchScore;

public sealed class MatchScoreEvaluationTests : IDisposable
{
    private readonly TemporaryImages images = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static BackboneSource Backbone => BackboneSource.Untrained(BackboneKind.Resnet18, 0);

    private string Scenes => Path.Combine(images.Root, "scenes", "images");

    public void Dispose() => images.Dispose();

    [Theory]
    [InlineData(16, 128)]
    [InlineData(32, 200)]
    public void Torchvision_pillow_and_numpy_count_the_same(int stride, int size)
    {
        SceneDataset.Write(
            Path.Combine(images.Root, "scenes"),
            new SceneOptions { Width = 150, Height = 120 },
            8,
            seed: 1,
            cancellationToken: Stop);
        ImageSource source = ImageSource.Open(Scenes);
        MatchScoreEvaluation evaluation = new(source, new() { Size = size, Stride = stride, Precision = Precision.Fp32 });
        string weights = Path.Combine(images.Root, "backbone.safetensors"), exported = Path.Combine(images.Root, "backbone.pth"), views = Path.Combine(images.Root, "views.json");
        DataOptions normalisation = new() { Mean = new(0.45, 0.5, 0.4), Std = new(0.25, 0.2, 0.3) };
        using (Backbone network = RandomBackbone.Create(BackboneKind.Resnet18))
        {
            BackboneFile.Save(weights, network, new Recipe { Data = normalisation }, 7);
        }

        WeightExport.Write(weights, exported, new ExportOptions { Format = WeightFormat.PyTorch, Naming = WeightNaming.Torchvision });
        File.WriteAllText(views, JsonSerializer.Serialize(new
        {
            size,
            stride,
            mean = normalisation.Mean.Numbers,
            std = normalisation.Std.Numbers,
            pairs = Enumerable.Range(0, source.Entries.Count).SelectMany(index => Enumerable.Range(0, 2).Select(pair => new
            {
                image = source.Entries[index].Path,
                first = Crop(evaluation, index, pair, 0),
                second = Crop(evaluation, index, pair, 1),
            })),
        }));

        JsonElement theirs = Python.Run(
            File.ReadAllText(Repository.PathOf("tests", "Golden", "Transfer", "match_score.py")),
            exported,
            views);

        MatchScoreResult ours = evaluation.Evaluate(BackboneSource.Open(weights), seed: 3, Stop);
        TestContext.Current.TestOutputHelper!.WriteLine(
            FormattableString.Invariant(
                $"ours {ours.Matches:F4}, {ours.ExactMatches:F4}, {ours.Chance:F4} of {ours.Positions}; theirs {theirs}"));
        Assert.Equal(theirs.GetProperty("matches").GetDouble(), ours.Matches, 0.01);
        Assert.Equal(theirs.GetProperty("exactMatches").GetDouble(), ours.ExactMatches, 0.01);
        Assert.Equal(theirs.GetProperty("chance").GetDouble(), ours.Chance, 0.001);
        Assert.InRange(Math.Abs(theirs.GetProperty("positions").GetInt64() - ours.Positions), 0, ours.Positions / 500);
        Assert.True(ours.Matches > 2 * ours.Chance, "The network should tell more than chance, or agreement says little.");
    }

    [Fact]
    public void The_same_seed_gives_the_same_figures_in_any_culture_and_on_any_number_of_threads()
    {
        Pictures(5);
        MatchScoreEvaluation evaluation = Evaluation(new() { Size = 64 });
        IReadOnlyList<KeyValuePair<string, double>> first = evaluation.Measure(Backbone, 5, Stop);
        Assert.Equal(["matches", "exactMatches", "chance"], first.Select(figure => figure.Key));
        CultureInfo culture = CultureInfo.CurrentCulture;
        int threads = get_num_threads();
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Assert.Equal(first, evaluation.Measure(Backbone, 5, Stop));
            set_num_threads(3);
            Assert.All(evaluation.Measure(Backbone, 5, Stop).Zip(first), pair => Assert.Equal(pair.Second.Value, pair.First.Value, 0.01));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
            set_num_threads(threads);
        }

        Assert.NotEqual(first, evaluation.Measure(Backbone, 6, Stop));
    }

    [Fact]
    public void Backbones_are_judged_by_the_same_views_and_not_changed()
    {
        Pictures(4);
        MatchScoreEvaluation evaluation = Evaluation(new() { Size = 64, Precision = Precision.Fp32 });
        using Backbone network = RandomBackbone.Create(BackboneKind.Resnet18);
        network.train();
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> before = network
            .state_dict()
            .ToDictionary(entry => entry.Key, entry => entry.Value.clone(), StringComparer.Ordinal);
        MatchScoreResult one = evaluation.Evaluate(BackboneSource.Of(network, new DataOptions()), 0, Stop),
            other = evaluation.Evaluate(Backbone, 0, Stop);
        Assert.Equal((other.Positions, other.Chance), (one.Positions, one.Chance));
        Assert.NotEqual(other.Matches, one.Matches);
        Assert.True(network.training);
        Assert.All(network.state_dict(), entry => Assert.True(entry.Value.equal(before[entry.Key]).all().item<bool>(), entry.Key));
    }

    [Fact]
    public void Images_are_spread_evenly_and_keep_their_views_and_more_pairs_are_more_positions()
    {
        Pictures(8);
        MatchScoreResult all = Evaluation(new() { Size = 64, Pairs = 1 }).Evaluate(Backbone, 0, Stop);
        MatchScoreResult some = Evaluation(new() { Size = 64, Pairs = 1, Limit = 4 }).Evaluate(Backbone, 0, Stop);
        Assert.Equal((8, 4), (all.Images, some.Images));

        // Of pictures 0, 2, 4 and 6; those between are no images any more.
        foreach (int odd in new[] { 1, 3, 5, 7 })
        {
            images.Write(Name(odd), 1, 2, 3);
        }

        MatchScoreResult even = Evaluation(new() { Size = 64, Pairs = 1 }).Evaluate(Backbone, 0, Stop);
        Assert.Equal((some.Positions, some.Matches, some.Chance), (even.Positions, even.Matches, even.Chance));
        Assert.Equal([Name(1), Name(3), Name(5), Name(7)], even.Skipped.Entries.Select(entry => entry.File));

        MatchScoreResult more = Evaluation(new() { Size = 64, Pairs = 9, Limit = 4 }).Evaluate(Backbone, 0, Stop);
        Assert.InRange(more.Positions, 5 * some.Positions, 14 * some.Positions);
    }

    [Fact]
    public void The_interval_takes_images_as_what_is_independent()
    {
        // 4 images with shares of 1, 0.5, 0.25 and none: a ratio of sums, and its error by the deviations of each image from it.
        MatchCounts[] counts = [new(10, 10, 5, 40), new(20, 10, 5, 80), new(40, 10, 5, 160), new(0, 0, 0, 0)];
        MatchScoreResult result = MatchScoreResult.Of(counts, 7, new SkippedImages());
        double share = 30 / 70.0,
            squares = Math.Pow(10 - (10 * share), 2) + Math.Pow(10 - (20 * share), 2) + Math.Pow(10 - (40 * share), 2);
        double reach = 3.182446305284263 * Math.Sqrt(squares * 4 / 3) / 70; // Student's t of 3 degrees of freedom
        Assert.Equal(share, result.Matches, 1e-12);
        Assert.Equal(15 / 70.0, result.ExactMatches, 1e-12);
        Assert.Equal(4 / 49.0, result.Chance, 1e-12);
        Assert.Equal(Math.Max(0, share - reach), result.LowerBound, 1e-9);
        Assert.Equal(Math.Min(1, share + reach), result.UpperBound, 1e-9);
        Assert.Equal((4, 70), (result.Images, result.Positions));

        // Shares of 0.4, 0.5 and 0.6 of 100 positions each: the plain mean, so its interval is that of Student's t of 2 degrees of freedom,
        // 0.1 / √3 · 4.302652729911275.
        MatchScoreResult even = MatchScoreResult.Of(
            [new(100, 40, 5, 400), new(100, 50, 5, 400), new(100, 60, 5, 400)],
            7,
            new SkippedImages());
        Assert.Equal(0.5 - 0.24841377118437, even.LowerBound, 1e-9);
        Assert.Equal(0.5 + 0.24841377118437, even.UpperBound, 1e-9);

        MatchScoreResult single = MatchScoreResult.Of(counts[..1], 7, new SkippedImages());
        Assert.Equal(1, single.Matches);
        Assert.True(double.IsNaN(single.LowerBound) && double.IsNaN(single.UpperBound));
    }

    [Fact]
    public void No_usable_image_and_numbers_that_are_none_are_told()
    {
        images.BadHeaders();
        Assert.Contains(
            "None of the",
            Assert.Throws<DataException>(() => Evaluation(new()).Evaluate(Backbone, 0, Stop)).Message,
            StringComparison.Ordinal);
        Pictures(2);
        using Backbone network = RandomBackbone.Create(BackboneKind.Resnet18);
        using (no_grad())
        {
            network.state_dict()["conv1.weight"].fill_(float.NaN);
        }

        Assert.Contains(
            "not finite",
            Assert.Throws<DataException>(() => Evaluation(new()).Measure(BackboneSource.Of(network, new DataOptions()), 0, Stop)).Message,
            StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(() => Evaluation(new()).Measure(Backbone, 0, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void The_fingerprint_tells_options_and_images()
    {
        Pictures(2);
        string fingerprint = Evaluation(new()).Fingerprint;
        Assert.Equal(fingerprint, Evaluation(new()).Fingerprint);
        MatchScoreOptions[] others = [new() { Size = 65 }, new() { Stride = 8 }, new() { Pairs = 3 }, new() { Limit = 3 }, new() { Precision = Precision.Fp32 }];
        Assert.Equal(others.Length + 1, others.Select(options => Evaluation(options).Fingerprint).Append(fingerprint).Distinct(StringComparer.Ordinal).Count());
        Pictures(3);
        Assert.NotEqual(fingerprint, Evaluation(new()).Fingerprint);
        foreach (
            Action wrong in new Action[]
            {
                () => _ = new MatchScoreOptions { Size = 63 },
                () => _ = new MatchScoreOptions { Size = 1025 },
                () => _ = new MatchScoreOptions { Stride = 4 },
                () => _ = new MatchScoreOptions { Pairs = 0 },
                () => _ = new MatchScoreOptions { Pairs = 1001 },
                () => _ = new MatchScoreOptions { Limit = 0 },
                () => _ = new MatchScoreOptions { Limit = 1_000_001 },
            })
        {
            Assert.Throws<ArgumentOutOfRangeException>(wrong);
        }
    }

    private static string Name(int number) => FormattableString.Invariant($"{number}.png");

    private static object[] Crop(MatchScoreEvaluation evaluation, int index, int pair, int view)
    {
        RgbImage size = new();
        size.Reset(150, 120);
        CropGeometry crop = MatchScoreEvaluation.Draw(evaluation.Look, 3, index, pair, view, size).Crop;
        return [crop.Left, crop.Top, crop.Width, crop.Height, crop.Flipped];
    }

    private void Pictures(int count)
    {
        for (int i = 0; i < count; i++)
        {
            images.Picture(Name(i), 90 + i, 80, seed: i);
        }
    }

    private MatchScoreEvaluation Evaluation(MatchScoreOptions options) => new(ImageSource.Open(images.Root), options);
}
