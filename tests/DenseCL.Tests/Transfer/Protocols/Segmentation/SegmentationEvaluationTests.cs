using DenseCL.Data;
using DenseCL.Data.Scenes;
using DenseCL.Images;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Labelled.Masks;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Protocols.Segmentation;
using DenseCL.Transfer.Segmentation;
using DenseCL.Transfer.Segmentation.Prediction;
using DenseCL.Transfer.Segmentation.Training;

namespace DenseCL.Tests.Transfer.Protocols.Segmentation;

public sealed class SegmentationEvaluationTests : IDisposable
{
    private static readonly SegmentationOptions Tiny = new()
    {
        OutputStride = 8,
        HeadChannels = 64,
        Dropout = 0,
        Steps = 3,
        Batch = 4,
        CropHeight = 64,
        CropWidth = 64,
        ShortSide = null,
        Scale = new Interval(1, 1),
        MaxClassShare = 1,
        Distortion = 0,
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_short_training_is_clearly_better_than_the_commonest_class()
    {
        SegmentationData data = Scenes(2, 64);
        SegmentationOptions options = Tiny with { OutputStride = 16, Steps = 60, LearningRate = 0.03, FlipProbability = 0 };
        List<SegmentationProgress> told = [];
        SegmentationResult result = new SegmentationEvaluation(data, options).Run(
            BackboneSource.Untrained(BackboneKind.Resnet18, 0), seed: 0, new Told(told), stop: TestContext.Current.CancellationToken);

        ConfusionMatrix commonest = new(data.ClassNames.Count);
        foreach (Mask mask in data.Test.Select(data.ReadMask))
        {
            commonest.Add([.. mask.Values.Select(v => (long)v)], new long[mask.Values.Length]);
        }

        Assert.True(
            result.Confusion.MeanIoU > commonest.MeanIoU + 0.2,
            FormattableString.Invariant($"mIoU {result.Confusion.MeanIoU}, of the background alone {commonest.MeanIoU}; loss {result.Loss}")
        );
        Assert.Equal(commonest.Total, result.Confusion.Total);
        Assert.Equal([.. Enumerable.Range(1, 60), .. Enumerable.Range(1, 2)], told.Select(t => (int)t.Done));
        Assert.Equal([20, 40, 60, 2], told.Where(t => t.Logged).Select(t => (int)t.Done));
        Assert.True(told[0].Loss > told[59].Loss);
    }

    [Fact]
    public void The_same_seed_gives_the_same_figures_and_another_does_not()
    {
        SegmentationEvaluation evaluation = new(Scenes(3, 64), Tiny with { OutputStride = 32, Frozen = true, Labelled = 2 });
        BackboneSource backbone = BackboneSource.Untrained(BackboneKind.Resnet18, 0);
        double[] losses = [.. new ulong[] { 1, 1, 2 }.Select(seed => evaluation.Run(backbone, seed, stop: TestContext.Current.CancellationToken).Loss)];
        Assert.Equal(losses[0], losses[1]);
        Assert.NotEqual(losses[0], losses[2]);
        Assert.Equal(
            ["meanIoU", "pixelAccuracy", "meanAccuracy"],
            evaluation.Measure(backbone, 1, TestContext.Current.CancellationToken).Select(figure => figure.Key));
    }

    [Fact]
    public void Batches_are_the_same_whatever_is_made_ahead_and_go_round_all_images()
    {
        SegmentationData data = Scenes(3, 64);
        SegmentationOptions options = Tiny with { Scale = new Interval(0.5, 2), Distortion = 0.5 };
        List<SegmentationBatch>[] made = [.. new[] { 1, 5 }.Select(ahead =>
        {
            using SegmentationLoader loader = new(data, data.Train, options, new DataOptions(), seed: 3, ahead: ahead);
            return Enumerable.Range(0, 4).Select(_ => loader.Next(TestContext.Current.CancellationToken)).ToList();
        })];
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(made[0][i].Pixels, made[1][i].Pixels);
            Assert.Equal(made[0][i].Labels, made[1][i].Labels);
        }

        Assert.NotEqual(made[0][0].Labels, made[0][1].Labels);
    }

    [Fact]
    public void An_image_that_goes_bad_in_the_training_is_named()
    {
        SegmentationData data = Scenes(3, 64);
        File.WriteAllBytes(data.Train[1].ImagePath, File.ReadAllBytes(data.Train[1].ImagePath)[..300]);
        DataException e = Assert.Throws<DataException>(() => new SegmentationEvaluation(data, Tiny).Run(
            BackboneSource.Untrained(BackboneKind.Resnet18, 0), 0, stop: TestContext.Current.CancellationToken));
        Assert.Contains(data.Train[1].ImagePath, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_evaluation_stops_and_leaves_no_predictions()
    {
        using CancellationTokenSource stop = new();
        SegmentationEvaluation evaluation = new(Scenes(3, 64), Tiny with { OutputStride = 32, Frozen = true });
        Assert.ThrowsAny<OperationCanceledException>(() =>
            PredictionFolder.Write(
                folder["predictions"],
                draw =>
                    evaluation.Run(
                        BackboneSource.Untrained(BackboneKind.Resnet18, 0),
                        0,
                        new Does(value => (value.Testing ? stop : null)?.Cancel()),
                        draw,
                        stop.Token)));
        Assert.Equal(["scenes"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Predictions_are_drawn_and_kept_as_numbers()
    {
        SegmentationData data = Scenes(2, 64);
        SegmentationResult result = PredictionFolder.Write(
            folder["predictions"],
            draw =>
                new SegmentationEvaluation(data, Tiny with { OutputStride = 32, Frozen = true }).Run(
                    BackboneSource.Untrained(BackboneKind.Resnet18, 0),
                    0,
                    predictions: draw,
                    stop: TestContext.Current.CancellationToken));
        ConfusionMatrix again = new(data.ClassNames.Count);
        foreach (SegmentationImage labelled in data.Test)
        {
            Mask predicted = LabelMap.Numbers.Read(folder["predictions", "masks", labelled.Name + ".png"]);
            again.Add([.. data.ReadMask(labelled).Values.Select(v => (long)v)], [.. predicted.Values.Select(v => (long)v)]);
            RgbImage image = new(), drawn = new();
            ImageDecoder.Decode(labelled.ImagePath, image, ImageLimits.Default);
            ImageDecoder.Decode(folder["predictions", "drawn", labelled.Name + ".png"], drawn, ImageLimits.Default);
            Assert.All(
                Enumerable.Range(0, predicted.Values.Length),
                p => Assert.Equal((image.Pixels[3 * p] + SegmentationColours.Of(predicted.Values[p]).Red) / 2, drawn.Pixels[3 * p]));
        }

        Assert.Equal(result.Confusion.PerClassIoU, again.PerClassIoU);
        SegmentationReport.Of("untrained resnet18", result).Write(folder["report"], "{}\n");
        Assert.Equal(
            ["classes.csv", "confusion.csv", "metrics.json"],
            Directory.GetFiles(folder["report"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string[] rows = File.ReadAllLines(folder["report", "confusion.csv"]);
        Assert.Equal(result.Confusion.Total, rows.Skip(1).Sum(row => row.Split(',').Skip(1).Sum(long.Parse)));
    }

    [Fact]
    public void A_name_that_leads_out_of_the_folder_of_predictions_is_refused() =>
        Assert.Throws<DataException>(() => PredictionFolder.Write(folder["predictions"], draw =>
        {
            RgbImage image = new();
            image.Reset(1, 1);
            draw(new SegmentationImage("../../outside", "", ""), image, new Mask(1, 1, [0]));
            return 0;
        }));

    [Fact]
    public void Settings_that_do_not_fit_the_data_are_refused()
    {
        SegmentationData data = Scenes(3, 64);
        Assert.Contains(
            "64 × 64",
            Assert.Throws<RecipeException>(() => new SegmentationEvaluation(data, Tiny with { CropHeight = 65 })).Message,
            StringComparison.Ordinal);
        Assert.Throws<RecipeException>(() => new SegmentationEvaluation(data, Tiny with { MinLearningRate = 1 }));
    }

    [Fact]
    public void The_palette_is_that_of_VOC() =>
        Assert.Equal(
            [(0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0), (64, 0, 0), (0, 64, 128), (224, 224, 192)],
            new[] { 0, 1, 2, 3, 8, 20, 255 }.Select(c =>
                ((int)SegmentationColours.Of(c).Red, (int)SegmentationColours.Of(c).Green, (int)SegmentationColours.Of(c).Blue)));

    /// <summary>Learned from and measured on the same scenes: in seconds nothing general can be learned.</summary>
    private SegmentationData Scenes(int count, int side)
    {
        SceneDataset.Write(folder["scenes"], new SceneOptions { Width = side, Height = side, MinObjects = 2, MaxObjects = 4, MinDiameter = 0.4, MaxDiameter = 0.7 }, count, seed: 1);
        return SegmentationData.Open(
            folder["scenes"],
            new SegmentationDataOptions { TestFolder = folder["scenes"], AllowEmptyClasses = true },
            TestContext.Current.CancellationToken);
    }

    private sealed class Told(List<SegmentationProgress> told) : IProgress<SegmentationProgress>
    {
        public void Report(SegmentationProgress value) => told.Add(value);
    }

    private sealed class Does(Action<SegmentationProgress> action) : IProgress<SegmentationProgress>
    {
        public void Report(SegmentationProgress value) => action(value);
    }
}
