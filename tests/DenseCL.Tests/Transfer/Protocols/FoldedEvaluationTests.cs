using System.Globalization;
using System.Text.Json;
using DenseCL.Data;
using DenseCL.Data.Scenes;
using DenseCL.Recipes;
using DenseCL.Tests.Transfer.Ablation;
using DenseCL.Transfer.Ablation;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols;
using DenseCL.Transfer.Protocols.Definitions;
using DenseCL.Transfer.Protocols.Reports;

namespace DenseCL.Tests.Transfer.Protocols;

public sealed class FoldedEvaluationTests : IDisposable
{
    private const ulong Seed = 4;

    private static readonly BackboneSource Backbone = BackboneSource.Untrained(BackboneKind.Resnet18, 3);

    private static readonly (string Flag, string Value)[] Probe =
        [("--stride", "16"), ("--precision", "fp32"), ("--allow-empty-classes", ""), ("--max-iterations", "20")];

    private readonly TemporaryFolder folder = new();

    public FoldedEvaluationTests() =>
        SceneDataset.Write(folder["all"], new SceneOptions { Width = 64, Height = 64, MinDiameter = 0.4, MaxDiameter = 0.7 }, 7, seed: 1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public void The_figures_of_a_fold_are_those_of_its_files_in_folders_for_training_and_testing(int? labelled)
    {
        (string, string)[] few = labelled is { } count ? [("--labelled", count.ToString(CultureInfo.InvariantCulture))] : [];
        EvaluationReport report = Make("dense-probe", "all", [.. Probe, .. few, ("--folds", "3")]).Report(Backbone, Seed, null, Stop);
        JsonElement json = Json(report);
        double[] expected = new double[3];
        foreach ((int index, JsonElement fold) in json.GetProperty("folds").EnumerateArray().Index())
        {
            HashSet<string> test = [.. fold.GetProperty("testImages").EnumerateArray().Select(name => name.GetString()!)];
            Assert.InRange(test.Count, 2, 3);
            string by = $"fold{index}{labelled}";
            foreach (string image in Directory.GetFiles(folder["all", "images"]))
            {
                string name = Path.GetFileNameWithoutExtension(image), split = test.Contains(name) ? "test" : "train";
                Copy(image, by, "images", split);
                Copy(folder["all", "masks", name + ".png"], by, "masks", split);
            }

            File.Copy(folder["all", "classes.txt"], folder[by, "classes.txt"]);
            IReadOnlyList<KeyValuePair<string, double>> manual = Make("dense-probe", by, [.. Probe, .. few]).Measure(Backbone, Seed, Stop);
            expected[index] = manual[0].Value;
            Assert.Equal(manual[0].Value, fold.GetProperty("figures").GetProperty("meanIoU").GetDouble());
            Assert.Equal(manual[1].Value, fold.GetProperty("figures").GetProperty("pixelAccuracy").GetDouble());
        }

        // Mean and sample standard deviation, written out.
        double mean = (expected[0] + expected[1] + expected[2]) / 3;
        double deviation = Math.Sqrt(expected.Sum(value => Math.Pow(value - mean, 2)) / 2);
        Assert.True(deviation > 0);
        Assert.Equal(mean, json.GetProperty("figures").GetProperty("meanIoU").GetDouble(), 12);
        Assert.Equal(deviation, json.GetProperty("standardDeviations").GetProperty("meanIoU").GetDouble(), 12);
        Assert.Equal(7, json.GetProperty("settings").GetProperty("images").GetInt32());

        // What an ablation records is the same.
        Assert.Equal(
            report.Figures,
            Make("dense-probe", "all", [.. Probe, .. few, ("--folds", "3")]).Measure(Backbone, Seed, Stop));

        // Of a class the mean is over the folds in which it could be measured.
        JsonElement[] folds = [.. json.GetProperty("folds").EnumerateArray()];
        foreach ((int c, JsonElement one) in json.GetProperty("classes").EnumerateArray().Index())
        {
            double[] ious =
            [
                .. folds.Select(fold => fold.GetProperty("classes")[c].GetProperty("iou"))
                    .Where(iou => iou.ValueKind == JsonValueKind.Number).Select(iou => iou.GetDouble()),
            ];
            JsonElement shown = one.GetProperty("iou");
            Assert.Equal(
                ious.Length == 0 ? double.NaN : ious.Sum() / ious.Length,
                shown.ValueKind == JsonValueKind.Null ? double.NaN : shown.GetDouble(),
                12);
        }
    }

    [Fact]
    public void What_is_held_out_is_measured_on_as_if_it_were_a_split()
    {
        IEvaluation held = Make("dense-probe", "all", [.. Probe, ("--hold-out", "0.3")]);
        SegmentationData data = SegmentationFolds.Open(folder["all"], new() { HoldOut = 0.3, AllowEmptyClasses = true }, Stop).Of(Seed)[0];
        foreach (SegmentationImage image in data.Train)
        {
            Copy(image.ImagePath, "manual", "images", "train");
            Copy(image.MaskPath, "manual", "masks", "train");
        }

        foreach (SegmentationImage image in data.Test)
        {
            Copy(image.ImagePath, "manual", "images", "test");
            Copy(image.MaskPath, "manual", "masks", "test");
        }

        File.Copy(folder["all", "classes.txt"], folder["manual", "classes.txt"]);
        Assert.Equal((5, 2), (data.Train.Count, data.Test.Count));
        Assert.Equal(Make("dense-probe", "manual", Probe).Measure(Backbone, Seed, Stop), held.Measure(Backbone, Seed, Stop));
        Assert.NotEqual(held.Measure(Backbone, 5, Stop), held.Measure(Backbone, 6, Stop));
        Assert.Equal(held.Measure(Backbone, Seed, Stop), held.Report(Backbone, Seed, null, Stop).Figures);
    }

    [Fact]
    public void A_segmentation_is_folded_too_and_its_files_and_predictions_are_apart()
    {
        string[] tiny = ["steps=2", "batch=2", "cropHeight=64", "cropWidth=64", "shortSide=as-is", "headChannels=64", "outputStride=32", "frozen=true", "precision=fp32"];
        EvaluationDefinition definition = Evaluations.Find("segmentation", Evaluations.All);
        GivenOption[] given =
        [
            .. Given(definition, [("--folds", "2"), ("--allow-empty-classes", ""), ("--predictions", folder["predictions"])]),
            .. tiny.Select(GivenOption.OfSetting),
        ];
        EvaluationInput input = new(new EvaluationOptions("segmentation", given), new EvaluationPlaces([folder["all"]]), Stop) { Seeds = [Seed] };
        EvaluationReport report = definition.Create(input).Report(Backbone, Seed, null, Stop);
        Assert.Equal(["meanIoU", "pixelAccuracy", "meanAccuracy"], report.Figures.Select(figure => figure.Key));
        Assert.Equal(
            ["fold-1-classes.csv", "fold-1-confusion.csv", "fold-2-classes.csv", "fold-2-confusion.csv"],
            report.Files.Select(file => file.Key));
        Assert.Equal(
            Directory.GetFiles(folder["all", "masks"]).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            Directory.GetFiles(folder["predictions"], "*.png", SearchOption.AllDirectories)
                .Where(path => Path.GetFileName(Path.GetDirectoryName(path)) == "masks")
                .Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains(input.Lines, line => line.Contains("7 images in 2 folds", StringComparison.Ordinal));
    }

    [Fact]
    public void Results_of_another_division_or_other_classes_are_not_mixed()
    {
        File.WriteAllLines(folder["names.txt"], Enumerable.Range(0, 9).Select(c => $"{c} name{c}"));
        string first = Make("dense-probe", "all", [.. Probe, ("--test-data", folder["all"]), ("--classes", folder["names.txt"])]).Fingerprint;
        File.WriteAllLines(folder["names.txt"], Enumerable.Range(0, 9).Select(c => $"{8 - c} name{c}"));
        string[] all =
        [
            first,
            Make("dense-probe", "all", [.. Probe, ("--test-data", folder["all"]), ("--classes", folder["names.txt"])]).Fingerprint,
            Make("dense-probe", "all", [.. Probe, ("--test-data", folder["all"])]).Fingerprint,
            Make("dense-probe", "all", [.. Probe, ("--folds", "2")]).Fingerprint,
            Make("dense-probe", "all", [.. Probe, ("--folds", "3")]).Fingerprint,
            Make("dense-probe", "all", [.. Probe, ("--hold-out", "0.3")]).Fingerprint,
            Make("dense-probe", "all", [.. Probe, ("--hold-out", "0.4")]).Fingerprint,
        ];
        Assert.Equal(all.Length, all.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void What_is_not_measured_in_a_fold_is_told_with_seed_and_fold_before_any_work()
    {
        using Labelled.LabelledFolder few = new(side: 64);
        foreach (int i in Enumerable.Range(0, 4))
        {
            few.Image($"images/{i}.png");
            few.Mask($"masks/{i}.png", i == 2 ? [0, 1, 2] : [0, 1]);
        }

        EvaluationDefinition definition = Evaluations.Find("dense-probe", Evaluations.All);
        EvaluationInput input = Input([("--folds", "2"), ("--allow-empty-classes", "")]);
        definition.Create(input);
        string warning = Assert.Single(input.Warnings);
        Assert.StartsWith("No pixel to measure on is of 'class 2' with seed 0, fold ", warning, StringComparison.Ordinal);
        Assert.Contains("seed 1, fold ", warning, StringComparison.Ordinal);

        DataException e = Assert.Throws<DataException>(() => definition.Create(Input([("--folds", "2")])));
        Assert.Contains("by seed 0: none is left to learn it from", e.Message, StringComparison.Ordinal);

        EvaluationInput Input((string, string)[] options) =>
            new(new EvaluationOptions("dense-probe", Given(definition, options)), new EvaluationPlaces([few.Path]), Stop) { Seeds = [0, 1] };
    }

    [Fact]
    public void An_ablation_takes_them_as_keys_and_its_figures_are_the_means()
    {
        using TinyAblation tiny = new();
        foreach ((int index, string scene) in Directory.GetFiles(tiny.Images).Order(StringComparer.Ordinal).Take(4).Index())
        {
            Copy(scene, tiny.Data, "images");
            Directory.CreateDirectory(tiny["labelled", "masks"]);
            byte[] mask = [.. Enumerable.Range(0, 64 * 64).Select(p => (byte)(p / 64 < 20 + (5 * index) ? 0 : 255))];
            ScenePng.WriteGrey(tiny["labelled", "masks", Path.GetFileNameWithoutExtension(scene) + ".png"], mask, 64, 64);
        }

        Copy(Directory.GetFiles(tiny.Images).Order(StringComparer.Ordinal).ElementAt(5), tiny.Data, "images");
        string yaml = TinyAblation.Yaml[..TinyAblation.Yaml.IndexOf("evaluate:", StringComparison.Ordinal)]
            .Replace("untrained: true", "untrained: false", StringComparison.Ordinal)
            .Replace("seeds: [0, 1]", "seeds: [1]", StringComparison.Ordinal)
            + "evaluate:\n  - dense-probe: { stride: 16, precision: fp32, map: ['255=1'], labelledOnly: true, folds: 2 }\n";
        using AblationFolder to = AblationFolder.Open(tiny["out"]);
        AblationRun run = tiny.Open(to, yaml, Evaluations.All);
        Assert.Contains(run.Notes, note => note.Contains("1 images have no mask and are left out; 4 remain", StringComparison.Ordinal));
        Assert.True(run.Run((_, train) => train(null), null, Stop));
        Assert.Empty(run.Failures);

        using JsonDocument line = JsonDocument.Parse(File.ReadAllLines(to.Results)[0]);
        BackboneSource trained = BackboneSource.Open(to.RunOf(line.RootElement.GetProperty("variant").GetString()!, 1));
        EvaluationDefinition definition = Evaluations.Find("dense-probe", Evaluations.All);
        GivenOption[] given = Given(
            definition, [("--stride", "16"), ("--precision", "fp32"), ("--map", "255=1"), ("--labelled-only", ""), ("--folds", "2")]);
        IEvaluation alone = definition.Create(
            new EvaluationInput(new EvaluationOptions("dense-probe", given), new EvaluationPlaces([tiny.Data]), Stop) { Seeds = [1] });
        Assert.Equal(
            alone.Measure(trained, 1, Stop)[0].Value,
            line.RootElement.GetProperty("figures").GetProperty("meanIoU").GetDouble());
        Assert.All(tiny.Open(to, yaml, Evaluations.All).Jobs, job => Assert.Empty(job.Pending));
    }

    private static GivenOption[] Given(EvaluationDefinition definition, IEnumerable<(string Flag, string Value)> options) =>
    [
        .. options.Select(option => GivenOption.OnCommandLine(
            definition.Options.Single(one => one.Flag == option.Flag), option.Value.Length == 0 ? [] : [option.Value])),
    ];

    private static JsonElement Json(EvaluationReport report)
    {
        using JsonDocument json = JsonDocument.Parse(report.Json("dense-probe", Backbone, Seed, []));
        return json.RootElement.Clone();
    }

    private IEvaluation Make(string name, string data, IEnumerable<(string Flag, string Value)> options)
    {
        EvaluationDefinition definition = Evaluations.Find(name, Evaluations.All);
        return definition.Create(
            new EvaluationInput(new EvaluationOptions(name, Given(definition, options)), new EvaluationPlaces([folder[data]]), Stop)
            {
                Seeds = [Seed],
            });
    }

    private void Copy(string file, params string[] to)
    {
        string target = Path.IsPathRooted(to[0]) ? Path.Combine(to) : folder[to];
        Directory.CreateDirectory(target);
        File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
    }
}
