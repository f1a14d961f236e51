using System.Text.Json;
using DenseCL.Data;
using DenseCL.Data.Scenes;
using DenseCL.Data.Sources;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Training;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols;
using DenseCL.Transfer.Protocols.DenseProbe;
using DenseCL.Transfer.Protocols.MatchScore;

namespace DenseCL.Tests.Transfer.Protocols;

public sealed class OnlineProbeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public OnlineProbeTests() => SceneDataset.Write(folder["scenes"], new SceneOptions { Width = 64, Height = 64, MinDiameter = 0.4, MaxDiameter = 0.7 }, 12, seed: 1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_backbone_is_judged_every_so_many_epochs_and_at_the_end()
    {
        Run("run", (_, _) => new Dictionary<string, double>(StringComparer.Ordinal) { ["figure"] = 0.5 });
        Assert.Equal([(4, 2), (6, 3)], Probes("run").Select(probe => (probe.Step, probe.Epoch)));
        Assert.All(Probes("run"), probe => Assert.Equal("""{"figure":0.5}""", probe.Figures));
        Assert.Equal(6, File.ReadLines(folder["run/metrics.jsonl"]).Count(line => line.Contains("\"loss\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void A_run_that_is_stopped_while_it_is_judged_writes_the_same_lines_in_the_end(int step)
    {
        Run("whole", Judge);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        int judged = 0;
        bool complete = Run("stopped", (backbone, cancelled) =>
        {
            if (++judged == (step == 4 ? 1 : 2))
            {
                stop.Cancel();
                cancelled.ThrowIfCancellationRequested();
            }

            return Judge(backbone, cancelled);
        }, stop: stop.Token);
        Assert.False(complete);
        Assert.True(Run("stopped", Judge, resume: true));
        Assert.Equal(File.ReadAllText(folder["whole/metrics.jsonl"]), File.ReadAllText(folder["stopped/metrics.jsonl"]));

        static IReadOnlyDictionary<string, double> Judge(Backbone backbone, CancellationToken cancelled) =>
            new Dictionary<string, double>(StringComparer.Ordinal) { ["sum"] = backbone.state_dict()["conv1.weight"].sum().item<float>() };
    }

    [Fact]
    public void Images_and_masks_give_the_dense_probes_figures_and_change_nothing_that_is_learned()
    {
        string probe = folder["probe"];
        foreach (string split in new[] { "train", "val" })
        {
            foreach (string part in new[] { "images", "masks" })
            {
                Directory.CreateDirectory(Path.Combine(probe, part, split));
                foreach (string file in Directory.GetFiles(folder[$"scenes/{part}"]))
                {
                    File.Copy(file, Path.Combine(probe, part, split, Path.GetFileName(file)));
                }
            }
        }

        Run("plain", judge: null, probe: null);
        Recipe recipe = Recipe(probe);
        Run("judged", OnlineProbe.Open(recipe, Stop), probe: probe);
        DenseProbeEvaluation evaluation = new(
            SegmentationData.Open(probe, new SegmentationDataOptions { TestSplit = "val" }, Stop), new DenseProbeOptions { Stride = 16, Positions = 50_000, Precision = Precision.Fp32 });
        ExpectFigures(evaluation, recipe);
        Assert.Equal(
            File.ReadAllLines(folder["plain/metrics.jsonl"]),
            File.ReadAllLines(folder["judged/metrics.jsonl"]).Where(line => !line.Contains("\"probe\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void Images_without_labels_give_the_match_score_and_change_nothing_that_is_learned()
    {
        Run("plain", judge: null, probe: null);
        string probe = folder["scenes/images"];
        Recipe recipe = Recipe(probe);
        Run("judged", OnlineProbe.Open(recipe, Stop), probe: probe);
        Assert.Equal([2, 3], Probes("judged").Select(line => line.Epoch));
        ExpectFigures(new MatchScoreEvaluation(MatchImages.Open(probe), new MatchScoreOptions { Limit = 100, Pairs = 1, Precision = Precision.Fp32 }), recipe);
        Assert.Equal(
            File.ReadAllLines(folder["plain/metrics.jsonl"]),
            File.ReadAllLines(folder["judged/metrics.jsonl"]).Where(line => !line.Contains("\"probe\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_folder_without_images_is_told()
    {
        Directory.CreateDirectory(folder["empty"]);
        string message = Assert.Throws<DataException>(() => OnlineProbe.Open(Recipe(folder["empty"]), Stop)).Message;
        Assert.Contains("No images below", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_no_labelled_data_and_a_probe_that_nobody_makes_are_told_before_the_training()
    {
        Assert.Null(OnlineProbe.Open(new Recipe(), Stop));
        Assert.Contains(
            "train/",
            Assert.Throws<DataException>(() => OnlineProbe.Open(Recipe(folder["nowhere"]), Stop)).Message,
            StringComparison.Ordinal);
        Assert.Contains("OnlineProbe", Assert.Throws<RecipeException>(() => Run("run", judge: null)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["run/metrics.jsonl"]));
    }

    /// <summary>The last figures of the run are those that the evaluation gives by itself for the backbone that the run left.</summary>
    private void ExpectFigures(IEvaluation evaluation, Recipe recipe)
    {
        using JsonDocument json = JsonDocument.Parse(Probes("judged")[^1].Figures);
        Dictionary<string, double> expected = evaluation
            .Measure(BackboneSource.Open(folder["judged/backbone.safetensors"]), recipe.Run.Seed, Stop)
            .ToDictionary(figure => $"{evaluation.Name}.{figure.Key}", figure => figure.Value, StringComparer.Ordinal);
        Assert.Equal(
            expected,
            json.RootElement.EnumerateObject()
                .ToDictionary(figure => figure.Name, figure => figure.Value.GetDouble(), StringComparer.Ordinal));

        Dictionary<string, double> untrained = evaluation
            .Measure(BackboneSource.Untrained(BackboneKind.Resnet18, 77), recipe.Run.Seed, Stop)
            .ToDictionary(figure => $"{evaluation.Name}.{figure.Key}", figure => figure.Value, StringComparer.Ordinal);
        Assert.NotEqual(untrained, expected);       // of another backbone it says something else
    }

    private static Recipe Recipe(string? probe)
    {
        Recipe recipe = RecipeReader.Read(
            "small",
            "data.size=64",
            "optim.batch=6",
            "optim.batchNormGroup=3",
            "method.queue=18",
            "optim.epochs=3",
            "run.logEvery=1",
            "run.probeEvery=2",
            "run.precision=fp32");
        return recipe with { Run = recipe.Run with { Probe = probe } };
    }

    /// <summary>3 epochs of 2 steps, judged every second epoch.</summary>
    private bool Run(
        string name,
        Func<Backbone, CancellationToken, IReadOnlyDictionary<string, double>>? judge,
        string? probe = "somewhere",
        bool resume = false,
        CancellationToken? stop = null)
    {
        using RunFolder run = RunFolder.Open(folder[name], resume);
        using Pretrainer pretrainer = new(Recipe(probe), ImageSource.Open(folder["scenes/images"]), new SkippedImages(), run) { Probe = judge };
        return pretrainer.Run(progress: null, stop ?? Stop);
    }

    private List<(int Step, int Epoch, string Figures)> Probes(string name)
    {
        List<(int Step, int Epoch, string Figures)> probes = [];
        foreach (string line in File.ReadLines(folder[$"{name}/metrics.jsonl"]))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            if (json.RootElement.TryGetProperty("probe", out JsonElement figures))
            {
                probes.Add(
                    (
                        json.RootElement.GetProperty("step").GetInt32(),
                        json.RootElement.GetProperty("epoch").GetInt32(),
                        figures.GetRawText()));
            }
        }

        return probes;
    }
}
