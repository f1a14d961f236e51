using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Tests.Images;
using DenseCL.Training;
using DenseCL.Transfer.Features;
using DenseCL.Weights;

namespace DenseCL.Tests.Training;

/// <summary>Runs on images of other channels than red, green and blue.</summary>
public sealed class ChannelTrainingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1, "fp32")]
    [InlineData(5, "fp32")]
    [InlineData(8, "bf16")]
    public void A_run_that_was_stopped_ends_as_the_one_that_was_not_bit_for_bit(int channels, string precision)
    {
        string images = Images(channels);
        string[] settings = [$"run.precision={precision}", "model.embedding=16"];
        Recipe recipe = Recipe(channels, settings);
        Assert.Null(Run("whole", images, recipe, resume: false, stopAt: null));
        Assert.Equal(2, Run("stopped", images, recipe, resume: false, stopAt: 2));
        Recipe own = RecipeReader.Read(folder["stopped", "recipe.yaml"]);
        Assert.Equal((channels, channels), (own.Data.Mean.Numbers.Count, own.Data.Std.Numbers.Count));
        Assert.Null(Run("stopped", images, own, resume: true, stopAt: null));

        foreach (string file in new[] { "backbone.safetensors", "metrics.jsonl", "checkpoints/step-000000004.safetensors" })
            Assert.Equal(File.ReadAllBytes(folder["whole", file]), File.ReadAllBytes(folder["stopped", file]));

        // The user's own recipe, whose means are still to be measured, is the same run.
        Assert.Null(Run("stopped", images, recipe, resume: true, stopAt: null));

        BackboneSource source = BackboneSource.Open(folder["whole"]);
        Assert.Equal((channels, own.Data.Mean, own.Data.Std), (source.Normalisation.Channels, source.Normalisation.Mean, source.Normalisation.Std));
        using Backbone network = source.Build();
        Assert.Equal(channels, network.InChannels);
        using WeightFile file2 = WeightFile.Open(folder["whole", "backbone.safetensors"]);
        string words = channels == 1 ? "1 channel" : $"{channels} channels";
        Assert.Equal($"{words}, 0..1 before normalisation", file2.Metadata["channels"]);
    }

    [Fact]
    public void A_file_of_other_channels_is_skipped_with_the_reason()
    {
        string images = Images(5);
        File.WriteAllBytes(Path.Combine(images, "four.tif"), PlainTiff.Of(40, 40, 4, (_, _, _) => 7));
        Run("run", images, Recipe(5, ["data.maxBadShare=0.2", "optim.epochs=1", "model.embedding=16"]), resume: false, stopAt: null);
        string line = Assert.Single(File.ReadAllLines(folder["run", "skipped.jsonl"]));
        Assert.Contains("four.tif", line, StringComparison.Ordinal);
        Assert.Contains("it has 4 channels, and images of 5 channels are wanted (data.channels)", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_of_other_channels_is_another_run()
    {
        string images = Images(5);
        Run("run", images, Recipe(5, ["optim.epochs=1", "model.embedding=16"]), resume: false, stopAt: null);
        string message = Assert.Throws<TrainingException>(
            () => Run("run", Images(4), Recipe(4, ["optim.epochs=1", "model.embedding=16"]), resume: true, stopAt: null)).Message;
        Assert.Contains("data.channels was 5 and is now 4", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_starts_from_a_backbone_of_red_green_and_blue()
    {
        using Backbone rgb = Backbone.Create(BackboneKind.Resnet18);
        rgb.Initialise(4);
        BackboneFile.Save(folder["rgb.safetensors"], rgb, new Recipe(), 7);
        using RunFolder run = RunFolder.Open(folder["run"], resume: false);
        Recipe recipe = Recipe(5, [$"model.weights={folder["rgb.safetensors"]}", "model.embedding=16"]);
        using Pretrainer pretrainer = new(recipe, ImageSource.Open(Images(5)), new SkippedImages(), run);
        Assert.Contains(
            "conv1.weight is of red, green and blue: each of the 5 channels starts with their mean, times 3/5.",
            pretrainer.StartedFrom!.Notes);
        Assert.Null(Continue(pretrainer, null));
    }

    private string Images(int channels)
    {
        string images = folder[$"images{channels}"];
        Directory.CreateDirectory(images);
        for (int i = 0; i < 8; i++)
        {
            byte[] tiff = PlainTiff.Of(48, 40, channels, (x, y, c) => (x * (c + 3)) + (y * (7 - c)) + (x * y * i / 9));
            File.WriteAllBytes(Path.Combine(images, $"{i}.tif"), tiff);
        }

        return images;
    }

    private static Recipe Recipe(int channels, string[] settings) => RecipeReader.Read(
        "small",
        [
            $"data.channels={channels}", "data.size=64", "model.outputStride=32", "optim.batch=4", "optim.batchNormGroup=2", "method.queue=16", "run.logEvery=1",
            "run.checkpointEvery=1", "run.keep=9", "run.device=cpu",
            .. settings.Any(setting => setting.StartsWith("optim.epochs", StringComparison.Ordinal)) ? [] : new[] { "optim.epochs=2" },
            .. settings,
        ]);

    // The step at which it was stopped; null if it is complete.
    private long? Run(string name, string images, Recipe recipe, bool resume, int? stopAt)
    {
        using RunFolder run = RunFolder.Open(folder[name], resume);
        SkippedImages skipped = new();
        ImageSource source = ImageSource.Open(images).CheckHeaders(
            ImageLimits.Of(recipe.Data), 2, recipe.Data.MaxBadShare, skipped, null, TestContext.Current.CancellationToken);
        using Pretrainer pretrainer = new(recipe, source, skipped, run);
        return Continue(pretrainer, stopAt);
    }

    private static long? Continue(Pretrainer pretrainer, int? stopAt)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        return pretrainer.Run(new Stopper(stop, stopAt), stop.Token) ? null : pretrainer.Step;
    }

    private sealed class Stopper(CancellationTokenSource stop, int? at) : IProgress<PretrainProgress>
    {
        public void Report(PretrainProgress value)
        {
            Assert.True(double.IsFinite(value.Report.Loss));
            if (value.Step == at) stop.Cancel();
        }
    }
}
