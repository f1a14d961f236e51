using DenseCL.Data.Scenes;
using DenseCL.Reports.Health;
using DenseCL.Reports.Runs;
using DenseCL.Tests.Cli;
using SkiaSharp;

namespace DenseCL.Tests.Reports.Health;

/// <summary>Real trainings that have the illness that a verdict tells of, and one that has none.</summary>
public sealed class IllRunTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_healthy_run_has_no_warning()
    {
        IReadOnlyList<Verdict> verdicts = Train(64, "optim.epochs=6", "optim.learningRate=0.01", "method.keyMomentum=0.99");
        Assert.Equal(("healthy", Severity.Good), (verdicts[0].Name, verdicts[0].Severity));
        Assert.All(verdicts, verdict => Assert.True(verdict.Severity <= Severity.Note, verdict.Finding));
    }

    [Fact]
    public void Dense_learning_alone_from_the_first_step_at_a_high_rate_collapses()
    {
        // λ = 1 without a warm-up of λ.
        IReadOnlyList<Verdict> verdicts = Train(
            64, "optim.epochs=3", "method.lambda=1", "model.denseHead=mlp", "method.negatives=pooled", "method.matching=backbone", "model.outputStride=32",
            "method.keyMomentum=0.9", "optim.learningRate=2");
        Assert.Equal(Severity.Serious, Assert.Single(verdicts, verdict => verdict.Name == "denseCollapse").Severity);
        Assert.DoesNotContain(verdicts, verdict => verdict.Name == "healthy");
    }

    [Fact]
    public void A_high_rate_at_a_small_batch_makes_all_images_the_same()
    {
        IReadOnlyList<Verdict> verdicts = Train(64, "optim.epochs=5", "method.keyMomentum=0.9", "optim.learningRate=0.3", "method.lambda=0");
        Assert.Equal(Severity.Serious, Assert.Single(verdicts, verdict => verdict.Name == "collapse").Severity);
    }

    [Fact]
    public void A_learning_rate_that_blows_the_weights_up_is_told_from_the_log()
    {
        IReadOnlyList<Verdict> verdicts = Train(64, 1, "optim.epochs=40", "optim.learningRate=10", "optim.weightDecay=1", "method.keyMomentum=0.9");
        Assert.Equal(("notFinite", Severity.Serious), (verdicts[0].Name, verdicts[0].Severity));
    }

    [Fact]
    public void Matching_by_features_on_three_by_three_positions_follows_the_position()
    {
        IReadOnlyList<Verdict> verdicts = Train(
            96, "optim.epochs=3", "model.outputStride=32", "method.matching=backbone", "model.denseHead=mlp", "method.keyMomentum=0.9");
        Assert.Equal(Severity.Warning, Assert.Single(verdicts, verdict => verdict.Name == "positionShortcut").Severity);
    }

    [Fact]
    public void Images_that_come_slowly_are_told()
    {
        // 49 million pixels are decoded for two views of 32 pixels a side, which cost the network next to nothing.
        string images = folder["large"];
        Directory.CreateDirectory(images);
        using SKBitmap large = new(7000, 7000);
        large.Erase(SKColors.Olive);
        using SKData png = large.Encode(SKEncodedImageFormat.Png, 100);
        for (int i = 0; i < 16; i++)
        {
            File.WriteAllBytes(Path.Combine(images, $"{i}.png"), png.ToArray());
        }

        string run = folder["run"];
        Assert.Equal(0, Densecl.Run(Arguments(images, run, 32, "method.lambda=0", "optim.epochs=3", "data.threads=1", "data.prefetch=1")).Status);
        Verdict verdict = Assert.Single(Verdicts.Of(RunRecord.Open(run)), verdict => verdict.Name == "dataBound");
        Assert.Equal(Severity.Warning, verdict.Severity);
    }

    public void Dispose() => folder.Dispose();

    private IReadOnlyList<Verdict> Train(int size, params string[] settings) => Train(size, 0, settings);

    private IReadOnlyList<Verdict> Train(int size, int status, params string[] settings)
    {
        string scenes = folder["scenes"], run = folder["run"];
        SceneDataset.Write(scenes, new SceneOptions { Width = 96, Height = 96 }, 64, 1);
        (int ended, string output, string error) = Densecl.Run(Arguments(Path.Combine(scenes, "images"), run, size, settings));
        Assert.True(ended == status, output + error);
        return Verdicts.Of(RunRecord.Open(run));
    }

    private static string[] Arguments(string images, string run, int size, params string[] settings) =>
    [
        "pretrain", "--images", images, "--out", run,
        .. ((string[])[$"data.size={size}", "optim.batch=8", "optim.batchNormGroup=4", "method.queue=64", "run.logEvery=1", "run.checkpointEvery=10000", "optim.schedule=constant", .. settings])
            .SelectMany(setting => new[] { "--set", setting }),
    ];
}
