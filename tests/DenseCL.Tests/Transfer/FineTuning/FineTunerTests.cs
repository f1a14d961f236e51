using System.Text.Json;
using DenseCL.Data.Scenes;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Training;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.FineTuning;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.Segmentation;
using DenseCL.Transfer.Segmentation;
using DenseCL.Transfer.Segmentation.Models;
using DenseCL.Weights;

namespace DenseCL.Tests.Transfer.FineTuning;

public sealed class FineTunerTests : IDisposable
{
    private static readonly FineTuningOptions Tiny = new()
    {
        OutputStride = 32,
        HeadChannels = 64,
        Steps = 9,
        Batch = 2,
        CropHeight = 64,
        CropWidth = 64,
        ShortSide = null,
        Scale = new Interval(1, 1),
        MaxClassShare = 1,
        LogEvery = 2,
        ValEvery = 3,
        CheckpointEvery = 2,
        Seed = 4,
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(HeadKind.Fcn, ClassWeights.None)]
    [InlineData(HeadKind.Linear, ClassWeights.Balanced)]
    [InlineData(HeadKind.Fpn, ClassWeights.None)]
    public void The_model_is_that_of_the_evaluation_to_the_last_digit(HeadKind head, ClassWeights weights)
    {
        FineTuningOptions options = Tiny with { Head = head, ClassWeights = weights };
        SegmentationResult evaluated = new SegmentationEvaluation(Scenes(), options).Run(Source(), options.Seed, stop: TestContext.Current.CancellationToken);

        FineTuningResult tuned = Run(folder["model"], options)!;

        Assert.Equal(evaluated.Confusion.MeanIoU, tuned.Report.Figures[0].Value);
        Assert.Equal(evaluated.Confusion.PixelAccuracy, tuned.Report.Figures[1].Value);
        using SegmentationModel model = SegmentationModel.Open(folder["model"], ModelState.Last);
        Assert.Equal(Scenes().ClassNames, model.ClassNames);
        Assert.Equal((9, head), (model.Step, model.Options.Head));
        Assert.Equal(tuned.Best!.Value.MeanIoU, SegmentationModel.Open(folder["model"]).ValMeanIoU);
    }

    [Fact]
    public void Stopped_and_resumed_anywhere_it_makes_the_same_files()
    {
        FineTuningOptions options = Tiny with { Dropout = 0.2, Distortion = 0.3 };
        Run(folder["whole"], options);

        // After a step, in the middle of a measurement, and after a checkpoint that is newer than the last measurement.
        foreach ((string part, int done) in new[] { ("train", 1), ("val", 2), ("train", 7), ("test", 1) })
        {
            Assert.Null(Run(folder["parts"], options, (part, done)));
        }

        Assert.NotNull(Run(folder["parts"], options));
        Assert.All(
            ["last.safetensors", "best.safetensors", "metrics.jsonl", "figures.json", "recipe.yaml", "checkpoints/step-000000009.safetensors"],
            file => Assert.Equal(File.ReadAllBytes(folder["whole", file]), File.ReadAllBytes(folder["parts", file])));
    }

    [Fact]
    public void The_log_has_the_loss_every_few_steps_and_mIoU_on_val()
    {
        Run(folder["model"], Tiny);
        JsonElement[] lines = [.. File.ReadLines(folder["model", "metrics.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal([2, 4, 6, 8, 9], lines.Where(line => line.TryGetProperty("loss", out _)).Select(line => line.GetProperty("step").GetInt32()));
        JsonElement[] val = [.. lines.Where(line => line.TryGetProperty("val", out _))];
        Assert.Equal([3, 6, 9], val.Select(line => line.GetProperty("step").GetInt32()));
        using SegmentationModel best = SegmentationModel.Open(folder["model"]);
        Assert.Equal(val.Max(line => line.GetProperty("val").GetProperty("meanIoU").GetDouble()), best.ValMeanIoU);
    }

    [Fact]
    public void It_ends_when_val_no_longer_rises()
    {
        // A rate of almost nothing: mIoU soon stays where it is.
        FineTuningOptions options = Tiny with { LearningRate = 1e-9, MinLearningRate = 0, Frozen = true, ValEvery = 1, Patience = 2, Steps = 50 };
        FineTuningResult result = Run(folder["model"], options)!;
        Assert.True(result.EndedEarly);
        Assert.Equal(result.Best!.Value.Step + 2, result.Steps);
        Assert.Equal(result.Steps, Run(folder["model"], options)!.Steps);      // resumed, it does not go on
    }

    [Fact]
    public void Without_validation_images_the_last_state_is_the_model()
    {
        using (RunFolder run = RunFolder.Open(folder["model"], resume: false))
        using (FineTuner tuner = new(Scenes(), null, Source(), Tiny, run))
        {
            Assert.Null(tuner.Run(null, TestContext.Current.CancellationToken)!.Best);
        }

        using SegmentationModel model = SegmentationModel.Open(folder["model"]);
        Assert.Equal((9, null), (model.Step, model.ValMeanIoU));
        Assert.False(File.Exists(folder["model", "best.safetensors"]));
    }

    [Fact]
    public void Another_setting_or_other_images_cannot_be_resumed()
    {
        Assert.Null(Run(folder["model"], Tiny, ("train", 3)));
        RecipeException other = Assert.Throws<RecipeException>(() => Run(folder["model"], Tiny with { LearningRate = 0.5, CheckpointEvery = 1 }));
        Assert.Contains("learningRate was 0.01 and is now 0.5", other.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("checkpointEvery", other.Message, StringComparison.Ordinal);
        using RunFolder run = RunFolder.Open(folder["model"], resume: true);
        Assert.Contains(
            "not those that the fine-tuning",
            Assert.Throws<TrainingException>(() => new FineTuner(Scenes("more", 5), null, null, Tiny, run)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_checkpoint_is_set_aside_and_the_one_before_is_used()
    {
        Run(folder["whole"], Tiny);
        Assert.Null(Run(folder["model"], Tiny, ("train", 5)));
        string last = folder["model", "checkpoints/step-000000005.safetensors"];
        byte[] bytes = File.ReadAllBytes(last);
        bytes[^9] ^= 1;
        File.WriteAllBytes(last, bytes);
        Run(folder["model"], Tiny);
        Assert.True(File.Exists(last + ".damaged"));
        Assert.Equal(File.ReadAllBytes(folder["whole", "last.safetensors"]), File.ReadAllBytes(folder["model", "last.safetensors"]));
        Assert.Equal(File.ReadAllBytes(folder["whole", "metrics.jsonl"]), File.ReadAllBytes(folder["model", "metrics.jsonl"]));
    }

    [Fact]
    public void A_model_whose_notes_were_changed_is_refused()
    {
        Run(folder["model"], Tiny with { Steps = 1 });
        string path = folder["model", "last.safetensors"];
        byte[] bytes = File.ReadAllBytes(path);
        int at = bytes.AsSpan().IndexOf("headChannels: 64"u8);
        "headChannels: 4096"u8[..16].CopyTo(bytes.AsSpan(at));      // headChannels: 40
        File.WriteAllBytes(path, bytes);
        Assert.Contains("headChannels", Assert.Throws<WeightFileException>(() => SegmentationModel.Open(path)).Message, StringComparison.Ordinal);
    }

    private static BackboneSource Source() => BackboneSource.Untrained(BackboneKind.Resnet18, 0);

    /// <summary>Trains, to the end or until a part has done something.</summary>
    private FineTuningResult? Run(string model, FineTuningOptions options, (string Part, int Done)? until = null)
    {
        bool resume = RunFolder.HasRun(model);
        using RunFolder run = RunFolder.Open(model, resume);
        using FineTuner tuner = new(Scenes(), Scenes(), resume ? null : Source(), options, run);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        return tuner.Run(new Until(until, stop), stop.Token);
    }

    private SegmentationData Scenes(string name = "scenes", int count = 4)
    {
        if (!Directory.Exists(folder[name]))
        {
            SceneDataset.Write(folder[name], new SceneOptions { Width = 64, Height = 64, MinDiameter = 0.4, MaxDiameter = 0.7 }, count, seed: 1);
        }

        return SegmentationData.Open(
            folder[name], new SegmentationDataOptions { TestFolder = folder[name], AllowEmptyClasses = true }, TestContext.Current.CancellationToken);
    }

    private sealed class Until((string Part, int Done)? until, CancellationTokenSource stop) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value)
        {
            if (until is var (part, done) && value.Part == part && value.Done == done)
            {
                stop.Cancel();
            }
        }
    }
}
