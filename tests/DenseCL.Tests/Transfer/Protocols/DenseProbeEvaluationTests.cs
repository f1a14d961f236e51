using System.Globalization;
using DenseCL.Data.Scenes;
using DenseCL.Images;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Labelled.Masks;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Protocols.DenseProbe;
using DenseCL.Transfer.Solvers;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Protocols;

public sealed class DenseProbeEvaluationTests : IDisposable
{
    private static readonly BackboneSource Backbone = BackboneSource.Untrained(BackboneKind.Resnet18, 3);

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(8)]
    [InlineData(32)]
    public void It_counts_what_a_probe_of_every_position_enlarged_to_the_mask_counts(int stride)
    {
        SegmentationData data = Scenes(train: 6, test: 3);
        DenseProbeOptions options = new() { Stride = stride, Precision = Precision.Fp32, Probe = new() { Tolerance = 1e-7, MaxIterations = 5000, L2 = 0.1 } };
        (LogisticRegression found, ConfusionMatrix confusion) = new DenseProbeEvaluation(data, options).Evaluate(Backbone, seed: 0, progress: null, Stop);

        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using Backbone network = Backbone.Build(stride);
        List<Tensor> features = [];
        List<long> labels = [];
        foreach (SegmentationImage image in data.Train)
        {
            (Tensor rows, int side) = Features(network, image);
            features.Add(rows);
            labels.AddRange(GridLabels.Majority(data.ReadMask(image).Values, 64, 64, side, side));
        }

        LogisticRegression probe = LogisticRegression.Fit(
            cat(features),
            tensor(labels.ToArray()),
            data.ClassNames.Count,
            options.Probe,
            Stop);
        Assert.Equal(probe.Loss, found.Loss, 1e-6);
        ConfusionMatrix expected = new(data.ClassNames.Count);
        foreach (SegmentationImage image in data.Test)
        {
            (Tensor rows, int side) = Features(network, image);
            double[] scores = [.. probe.Scores(rows).data<double>()];
            expected.Add([.. data.ReadMask(image).Values.Select(v => (long)v)], Enlarged(scores, side, data.ClassNames.Count));
        }

        // A pixel between two classes may fall to the other by the last digit.
        long differing = 0;
        for (int t = 0; t < data.ClassNames.Count; t++)
        {
            for (int p = 0; p < data.ClassNames.Count; p++)
            {
                differing += Math.Abs(expected[t, p] - confusion[t, p]);
            }
        }

        Assert.Equal(3 * 64 * 64, confusion.Total);
        Assert.InRange(differing, 0, 8);
        Assert.Equal(expected.MeanIoU, confusion.MeanIoU, 1e-3);
    }

    [Fact]
    public void What_it_was_shown_it_tells_apart()
    {
        SegmentationData shown = Scenes(train: 6, test: 6);
        SegmentationData data = SegmentationData.Open(
            folder["train"],
            new() { TestFolder = folder["train"], AllowEmptyClasses = true },
            Stop);
        ConfusionMatrix commonest = new(data.ClassNames.Count);
        foreach (SegmentationImage image in data.Test)
        {
            byte[] mask = data.ReadMask(image).Values;
            commonest.Add([.. mask.Select(v => (long)v)], new long[mask.Length]);
        }

        (_, ConfusionMatrix confusion) = new DenseProbeEvaluation(data).Evaluate(Backbone, 0, null, Stop);
        (_, ConfusionMatrix others) = new DenseProbeEvaluation(shown).Evaluate(Backbone, 0, null, Stop);
        Assert.True(
            confusion.MeanIoU > commonest.MeanIoU + 0.3,
            FormattableString.Invariant($"{confusion.MeanIoU} against {commonest.MeanIoU}"));
        Assert.True(
            confusion.MeanIoU > others.MeanIoU,
            FormattableString.Invariant($"{confusion.MeanIoU} against {others.MeanIoU} on images that it was not shown"));
    }

    [Fact]
    public void The_same_seed_gives_the_same_figures_in_any_culture_and_few_labels_give_others()
    {
        SegmentationData data = Scenes(train: 6, test: 2);
        DenseProbeEvaluation few = new(data, new() { Stride = 16, Labelled = 3, Positions = 1000, AllStages = true });
        IReadOnlyList<KeyValuePair<string, double>> first = few.Measure(Backbone, 5, Stop);
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("tr-TR");
            Assert.Equal(first, few.Measure(Backbone, 5, Stop));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        Assert.Equal(["meanIoU", "pixelAccuracy"], first.Select(figure => figure.Key));
        Assert.NotEqual(first, new DenseProbeEvaluation(data, new() { Stride = 16, AllStages = true }).Measure(Backbone, 5, Stop));
        Assert.Equal(data.Labelled(3, 5), data.Labelled(3, 5));
        Assert.Subset(data.Labelled(4, 5).ToHashSet(), data.Labelled(3, 5).ToHashSet());
        Assert.Equal(data.Train, data.Labelled(7, 5));
    }

    [Fact]
    public void A_network_is_judged_as_it_is_now_and_not_changed()
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone network = Backbone.Build();
        network.train();
        Dictionary<string, Tensor> before = network
            .state_dict()
            .ToDictionary(entry => entry.Key, entry => entry.Value.clone(), StringComparer.Ordinal);
        DenseProbeEvaluation evaluation = new(Scenes(train: 4, test: 2), new() { Stride = 16, Precision = Precision.Fp32 });
        Assert.Equal(evaluation.Measure(Backbone, 0, Stop), evaluation.Measure(BackboneSource.Of(network, new DataOptions()), 0, Stop));
        Assert.True(network.training);
        Assert.All(network.state_dict(), entry => Assert.True(entry.Value.equal(before[entry.Key]).all().item<bool>(), entry.Key));
    }

    [Fact]
    public void A_cancelled_evaluation_ends()
    {
        DenseProbeEvaluation evaluation = new(Scenes(train: 3, test: 2));
        Assert.Throws<OperationCanceledException>(() => evaluation.Measure(Backbone, 0, new CancellationToken(canceled: true)));
    }

    private SegmentationData Scenes(int train, int test)
    {
        SceneOptions look = new() { Width = 64, Height = 64, MinDiameter = 0.4, MaxDiameter = 0.7 };
        SceneDataset.Write(folder["train"], look, train, seed: 1, cancellationToken: Stop);
        SceneDataset.Write(folder["test"], look, test, seed: 2, cancellationToken: Stop);
        return SegmentationData.Open(folder["train"], new() { TestFolder = folder["test"], AllowEmptyClasses = true }, Stop);
    }

    /// <summary>(side · side, C)</summary>
    private static (Tensor Rows, int Side) Features(Backbone network, SegmentationImage image)
    {
        using PixelNormalisation normalisation = new(new DataOptions(), CPU);
        RgbImage pixels = new();
        ImageDecoder.Decode(image.ImagePath, pixels, ImageLimits.Default);
        Tensor map = network.forward(normalisation.Apply(pixels.Pixels, pixels.Height, pixels.Width));
        return (map.permute(0, 2, 3, 1).flatten(0, 2), (int)map.shape[2]);
    }

    /// <summary>Half-pixel bilinear interpolation, one number at a time; then the best class of each pixel of 64 × 64.</summary>
    private static long[] Enlarged(double[] scores, int side, int classes)
    {
        long[] best = new long[64 * 64];
        for (int pixel = 0; pixel < best.Length; pixel++)
        {
            (int top, int bottom, double down) = Between(pixel / 64);
            (int left, int right, double across) = Between(pixel % 64);
            double most = double.NegativeInfinity;
            for (int c = 0; c < classes; c++)
            {
                double value =
                    ((1 - down) * (((1 - across) * At(top, left)) + (across * At(top, right))))
                    + (down * (((1 - across) * At(bottom, left)) + (across * At(bottom, right))));
                if (value > most)
                {
                    (most, best[pixel]) = (value, c);
                }

                double At(int y, int x) => scores[(((y * side) + x) * classes) + c];
            }
        }

        return best;

        (int First, int Second, double Share) Between(int at)
        {
            double place = Math.Max(0, ((at + 0.5) * side / 64) - 0.5);
            int first = Math.Min((int)place, side - 1);
            return (first, Math.Min(first + 1, side - 1), place - first);
        }
    }
}
