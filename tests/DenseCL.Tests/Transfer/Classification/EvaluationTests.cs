using System.Globalization;
using DenseCL.Data;
using DenseCL.Images;
using DenseCL.Images.Operations;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Tests.Data;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols;
using DenseCL.Transfer.Protocols.Definitions;
using DenseCL.Transfer.Protocols.Knn;
using DenseCL.Transfer.Protocols.Linear;
using DenseCL.Transfer.Protocols.Svm;
using DenseCL.Transfer.Solvers;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Classification;

public sealed class EvaluationTests : IDisposable
{
    private static readonly FeatureOptions Small = new() { Size = 32, Batch = 5 };

    private readonly TemporaryImages folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Classes_that_are_colours_are_told_by_every_protocol_in_every_language()
    {
        ImageSets.Folders(folder);
        (SingleLabelImages train, SingleLabelImages test) = SingleLabelImages.Open(folder.Root, Token);
        BackboneSource backbone = BackboneSource.Untrained(BackboneKind.Resnet18, 1);
        IEvaluation[] evaluations =
        [
            new KnnEvaluation(train, test, new() { Neighbours = [3, 1], Features = Small }),
            new LinearEvaluation(train, test, new() { Features = Small, Penalties = [0.1, 0.01] }),
            new LinearEvaluation(train, test, new() { Features = Small, Solver = LinearSolver.Sgd, Epochs = 20, Batch = 8, Mirror = true }),
            new SvmEvaluation(MultiLabelImages.Of(train), MultiLabelImages.Of(test), new() { Features = Small, Shots = [2, 1, 50], Samples = 2 }),
        ];
        CultureInfo before = CultureInfo.CurrentCulture;
        foreach (IEvaluation evaluation in evaluations)
        {
            var figures = evaluation.Measure(backbone, 7, Token);
            Assert.True(figures[0].Value > 0.99, $"{evaluation.Name}: {figures[0]}");
            EvaluationDefinition definition = Evaluations.Find(evaluation.Name, Evaluations.All);
            Assert.All(
                figures,
                figure =>
                    Assert.True(
                        definition.Figures.Any(known => known.Is(figure.Key)),
                        $"{evaluation.Name} does not say that it measures {figure.Key}."));
            try
            {
                CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
                Assert.Equal(figures, evaluation.Measure(backbone, 7, Token));
            }
            finally
            {
                CultureInfo.CurrentCulture = before;
            }
        }

        Assert.Equal(["top1.k3", "top1.k1"], evaluations[0].Measure(backbone, 7, Token).Select(f => f.Key));
        Assert.Equal(
            ["mAP", "mAP.2.mean", "mAP.2.sd", "mAP.2.low", "mAP.2.high", "mAP.1.mean", "mAP.1.sd", "mAP.1.low", "mAP.1.high", "ap.a", "ap.b", "ap.c", "cost.a", "cost.b", "cost.c"],
            evaluations[3].Measure(backbone, 7, Token).Select(f => f.Key));
    }

    [Fact]
    public void Voc_is_measured_with_its_labels()
    {
        ImageSets.Voc(folder);
        string voc = folder.PathOf("VOC2007");
        SvmEvaluation svm = new(
            MultiLabelImages.OpenVoc(voc, "trainval", Token),
            MultiLabelImages.OpenVoc(voc, "test", Token),
            new() { Features = Small, Shots = [] });
        Assert.Equal(1, svm.Measure(BackboneSource.Untrained(BackboneKind.Resnet18, 1), 0, Token)[0].Value, 12);
    }

    [Fact]
    public void Features_are_the_same_bits_whatever_the_threads_and_those_of_the_network_itself()
    {
        ImageSets.Folders(folder);
        (SingleLabelImages train, _) = SingleLabelImages.Open(folder.Root, Token);
        using var scope = NewDisposeScope();
        using Backbone backbone = BackboneSource.Untrained(BackboneKind.Resnet18, 1).Build();
        Tensor Features(int threads) =>
            PooledFeatures.Of(backbone, new DataOptions(), train.Entries, Small with { Threads = threads }, stop: Token).Features;
        float[] one = Features(1).data<float>().ToArray();
        Assert.Equal(one, Features(3).data<float>().ToArray());
        Assert.Equal(18 * 512, one.Length);

        using var guard = no_grad();
        using PixelNormalisation normalisation = new(new DataOptions(), CPU);
        byte[] view = new byte[32 * 32 * 3];
        new CentreCrop(32).Read(File.ReadAllBytes(train.Entries[7].Path), ImageLimits.Default, view);
        float[] alone = backbone.forward(normalisation.Apply(view, 32, 32)).mean([2, 3]).data<float>().ToArray();
        Assert.All(alone.Zip(one.Skip(7 * 512)), p => Assert.Equal(p.First, p.Second, 1e-4));
    }

    [Fact]
    public void Mirrored_features_are_those_of_mirrored_images()
    {
        ImageSets.Folders(folder);
        (SingleLabelImages train, _) = SingleLabelImages.Open(folder.Root, Token);
        using var scope = NewDisposeScope();
        using Backbone backbone = BackboneSource.Untrained(BackboneKind.Resnet18, 1).Build();
        using PooledFeatures features = PooledFeatures.Of(backbone, new DataOptions(), train.Entries, Small, mirror: true, stop: Token);
        using var guard = no_grad();
        using PixelNormalisation normalisation = new(new DataOptions(), CPU);
        byte[] view = new byte[32 * 32 * 3];
        new CentreCrop(32).Read(File.ReadAllBytes(train.Entries[0].Path), ImageLimits.Default, view);
        Flip.Horizontal(view, 32, 32);
        Tensor alone = backbone.forward(normalisation.Apply(view, 32, 32)).mean([2, 3]);
        Assert.InRange((alone[0] - features.Mirrored![0]).abs().max().item<float>(), 0, 1e-4);
        Assert.True((features.Features[0] - features.Mirrored[0]).abs().max().item<float>() > 1e-3);
    }

    [Fact]
    public void A_crop_is_the_middle_of_the_resized_image()
    {
        // 64 × 128 at 56: resized to 64 × 128, so the crop is pixels as they are, from column 36 and row 4.
        RgbImage image = new();
        string file = folder.Picture("wide.png", 128, 64);
        ImageDecoder.Decode(file, image, ImageLimits.Default);
        byte[] view = new byte[56 * 56 * 3];
        new CentreCrop(56).Read(File.ReadAllBytes(file), ImageLimits.Default, view);
        for (int y = 0; y < 56; y++)
        {
            Assert.True(view.AsSpan(y * 56 * 3, 56 * 3).SequenceEqual(image.Pixels.Slice((((y + 4) * 128) + 36) * 3, 56 * 3)), $"row {y}");
        }
    }

    [Fact]
    public void An_image_damaged_behind_its_head_is_named_and_a_cancelled_reading_stops()
    {
        ImageSets.Folders(folder);
        folder.Truncated("train/a/zz.jpg");
        (SingleLabelImages train, _) = SingleLabelImages.Open(folder.Root, Token);
        using Backbone backbone = BackboneSource.Untrained(BackboneKind.Resnet18, 1).Build();
        DataException refusal = Assert.Throws<DataException>(() =>
            PooledFeatures.Of(backbone, new DataOptions(), train.Entries, Small, stop: Token));
        Assert.Contains(Path.Combine("a", "zz.jpg"), refusal.Message.Replace('/', Path.DirectorySeparatorChar), StringComparison.Ordinal);
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            PooledFeatures.Of(backbone, new DataOptions(), train.Entries, Small, stop: source.Token));
    }

    [Fact]
    public void Sets_too_small_for_a_protocol_are_refused_by_name()
    {
        ImageSets.Folders(folder, train: 2);
        (SingleLabelImages train, SingleLabelImages test) = SingleLabelImages.Open(folder.Root, Token);
        Refused(() => _ = new SvmEvaluation(MultiLabelImages.Of(train), MultiLabelImages.Of(test)), "fewer than 3", "a, b, c");
        SingleLabelImages without = test with { Entries = [.. test.Entries.Take(2)], Labels = [0, 0] };
        Refused(() => _ = new SvmEvaluation(MultiLabelImages.Of(train), MultiLabelImages.Of(without), new() { Folds = 2 }), "shows b, c");
        Refused(
            () => _ = new LinearEvaluation(train with { Entries = [.. train.Entries.Skip(1)], Labels = [.. train.Labels.Skip(1)] }, test),
            "only one image: a");
    }

    [Fact]
    public void Folds_have_as_many_positives_and_negatives_as_can_be()
    {
        sbyte[] targets = [1, -1, 0, -1, 1, 1, -1, 1, -1, -1, -1, 0];
        Assert.Equal([0, 0, -1, 1, 1, 2, 2, 0, 0, 1, 2, -1], SvmEvaluation.Folds(targets, 3));
    }

    private static void Refused(Action call, params string[] words)
    {
        DataException refusal = Assert.Throws<DataException>(call);
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
    }
}
