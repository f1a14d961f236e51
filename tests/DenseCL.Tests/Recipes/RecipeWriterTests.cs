using CsCheck;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;

namespace DenseCL.Tests.Recipes;

public sealed class RecipeWriterTests
{
    /// <summary>Every key with a value that is not its default.</summary>
    public static TheoryData<string, string> Others =>
        new()
        {
            { "method.lambda", "0.7" },
            { "method.temperature", "0.07" },
            { "method.keyMomentum", "auto" },
            { "method.queue", "auto" },
            { "method.gridSize", "7" },
            { "method.matching", "geometric" },
            { "method.negatives", "sampled" },
            { "method.imageNegatives", "2" },
            { "method.denseTemperature", "0.1" },
            { "method.lambdaWarmupSteps", "10" },
            { "model.backbone", "resnet152" },
            { "model.embedding", "64" },
            { "model.outputStride", "16" },
            { "model.denseHead", "none" },
            { "model.weights", "'a: ''b'' #c.safetensors'" },
            { "model.partial", "true" },
            { "data.size", "96" },
            { "data.cropScale", "[0.08, 0.9]" },
            { "data.cropAspect", "[1, 1]" },
            { "data.brightness", "0.1" },
            { "data.contrast", "0.1" },
            { "data.saturation", "0.1" },
            { "data.hue", "0.05" },
            { "data.jitterProbability", "0.1" },
            { "data.greyscaleProbability", "0.1" },
            { "data.blurProbability", "0.1" },
            { "data.blurSigma", "[0.1, 1]" },
            { "data.flipProbability", "0" },
            { "data.verticalFlipProbability", "0.5" },
            { "data.quarterTurnProbability", "0.75" },
            { "data.depth", "[102, 3987]" },
            { "data.channels", "5" },
            { "data.mean", "[0.1, 0.2, 0.3]" },
            { "data.std", "measured" },
            { "data.shuffle", "shards" },
            { "data.threads", "3" },
            { "data.prefetch", "2" },
            { "data.maxBadShare", "0" },
            { "data.minSide", "64" },
            { "data.maxPixels", "2000000" },
            { "optim.epochs", "5" },
            { "optim.batch", "128" },
            { "optim.learningRate", "0.3" },
            { "optim.schedule", "cosine-step" },
            { "optim.momentum", "0.5" },
            { "optim.weightDecay", "1E-05" },
            { "optim.batchNormGroup", "whole" },
            { "optim.accumulation", "2" },
            { "optim.warmupSteps", "10" },
            { "run.seed", "18446744073709551615" },
            { "run.device", "cuda" },
            { "run.precision", "bf16" },
            { "run.checkpointEvery", "7" },
            { "run.checkpointMinutes", "0.7" },
            { "run.keep", "7" },
            { "run.logEvery", "7" },
            { "run.probe", "'labelled'" },
            { "run.probeEvery", "7" },
        };

    [Theory]
    [MemberData(nameof(Others))]
    public void Every_setting_is_written_and_read_back_and_is_the_only_difference(string key, string value)
    {
        Recipe plain = new();
        Recipe changed = RecipeReader.Parse($"{key}: {value}", "r.yaml");
        RecipeDifference difference = Assert.Single(Recipe.Differences(plain, changed));
        Assert.Equal(new RecipeDifference(key, difference.First, value), difference);
        Assert.NotEqual(value, difference.First, StringComparer.Ordinal);
        Assert.NotEqual(plain.Hash, changed.Hash, StringComparer.Ordinal);

        Assert.Contains($"\n  {key.Split('.')[1]}: {value}\n", changed.ToString(), StringComparison.Ordinal);
        Recipe again = RecipeReader.Parse(changed.ToString(), "r.yaml");
        Assert.Equal(changed, again);
        Assert.Equal(changed.Hash, again.Hash);
    }

    /// <summary>The untrained networks of docs/results/headline/results.jsonl, recorded by earlier versions with fewer settings.</summary>
    [Theory]
    [InlineData(0, "a2804080ca91c91436739c2f598f1f9f581f3941daf50367784a02dab026b3a4")]
    [InlineData(1, "304dbbb12633e580fa6daae09e6362bb3b73deafc9d86de8971a5ab5e06a6b52")]
    public void A_setting_that_came_later_leaves_recorded_hashes_as_they_were(ulong seed, string hash)
    {
        Recipe recipe = new() { Model = new() { Backbone = BackboneKind.Resnet18 }, Run = new() { Seed = seed } };
        Assert.Equal(hash, recipe.Hash);
        Assert.NotEqual(hash, (recipe with { Model = recipe.Model with { OutputStride = 16 } }).Hash);
    }

    [Fact]
    public void The_table_has_every_setting() =>
        Assert.Equal(Setting.All.Select(setting => setting.Key), Others.Select(row => row.Data.Item1), StringComparer.Ordinal);

    [Fact]
    public void Any_valid_recipe_is_read_back_to_the_last_bit()
    {
        Gen<double> share = Gen.OneOf(
            Gen.Double[0, 1],
            Gen.Double[0, 1e-12],
            Gen.OneOf(0.0, 1, double.Epsilon, 1 - 1.1102230246251565e-16, 0.1 + 0.2));
        Gen<int> steps = Gen.OneOf(Gen.Int[1, 1000], Gen.Int[1, int.MaxValue]);
        Gen<Interval> interval = Gen.Select(Gen.Double[0.01, 1], share, (high, part) => new Interval(0.01 + ((high - 0.01) * part), high))
            .Where(i => i.Low <= i.High);
        Gen<PerChannel> channels = Gen.Double[0.001, 1].Array[3].Select(a => new PerChannel(a[0], a[1], a[2]));
        Gen<string?> weights = Gen.String[1, 20].Select(name => (string?)name).Where(IsAllowed);

        // Batch = pieces × groups × images a group, and the queue whole batches, so that the rules hold.
        var shape = Gen.Select(Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[2, 64], Gen.Int[1, 100]);
        var method = Gen.Select(
            share,
            Gen.Double[0.001, 10],
            share,
            Gen.Bool,
            Gen.Enum<MatchingKind>(),
            Gen.Enum<Negatives>(),
            Gen.Int[1, 64],
            steps);
        var views = Gen.Select(Gen.Int[33, 1024], interval, interval, interval, channels, channels, share.Array[8]);
        var optim = Gen.Select(
            Gen.Int[1, 100_000],
            Gen.Double[1e-9, 10],
            Gen.Enum<Schedule>(),
            share.Where(momentum => momentum < 1),
            share,
            steps,
            Gen.Bool);
        var rest = Gen.Select(
            Gen.Enum<BackboneKind>(),
            Gen.Int[8, 4096],
            weights,
            Gen.ULong,
            Gen.Enum<DeviceChoice>(),
            steps,
            Gen.Int[1, 256],
            Gen.Bool);

        Gen.Select(shape, method, views, optim, rest, (s, m, v, o, r) => new Recipe
        {
            Method = new()
            {
                Lambda = m.Item1,
                Temperature = m.Item2,
                KeyMomentum = m.Item4 ? null : m.Item3,
                Queue = m.Item4 ? null : s.Item1 * s.Item2 * s.Item3 * s.Item4,
                Matching = m.Item5,
                Negatives = m.Item6,
                GridSize = m.Item4 ? null : m.Item7,
                LambdaWarmupSteps = m.Item8,
            },
            Model = new() { Backbone = r.Item1, Embedding = r.Item2, Weights = r.Item8 ? null : r.Item3 },
            Data = new()
            {
                Size = v.Item1,
                CropScale = v.Item2,
                CropAspect = v.Item3,
                BlurSigma = v.Item4,
                Mean = v.Item5,
                Std = v.Item6,
                Brightness = v.Item7[0],
                Contrast = v.Item7[1],
                Saturation = v.Item7[2],
                Hue = v.Item7[3] / 2,
                JitterProbability = v.Item7[4],
                GreyscaleProbability = v.Item7[5],
                BlurProbability = v.Item7[6],
                FlipProbability = v.Item7[7],
                VerticalFlipProbability = v.Item7[6],
                QuarterTurnProbability = v.Item7[5],
                Depth = PixelDepth.OfRange(s.Item1, s.Item1 + v.Item1),
                Threads = r.Item8 ? null : r.Item7,
            },
            Optim = new()
            {
                Epochs = o.Item1,
                Batch = s.Item1 * s.Item2 * s.Item3,
                LearningRate = o.Item2,
                Schedule = o.Item3,
                Momentum = o.Item4,
                WeightDecay = o.Item5,
                WarmupSteps = o.Item6,
                Accumulation = s.Item1,
                BatchNormGroup = o.Item7 ? null : s.Item3,
            },
            Run = new() { Seed = r.Item4, Device = r.Item5, CheckpointEvery = r.Item6, Keep = r.Item6, LogEvery = r.Item6 },
        }).Where(recipe => (long)recipe.Optim.Batch * recipe.Data.Size * recipe.Data.Size * 3 <= Array.MaxLength).Sample(
            recipe =>
            {
                Recipe again = RecipeReader.Parse(recipe.ToString(), "r.yaml");
                return again == recipe && string.Equals(again.Hash, recipe.Hash, StringComparison.Ordinal) && Recipe.Differences(recipe, again).Count == 0;
            },
            iter: 1000);
    }

    [Fact]
    public void The_text_does_not_depend_on_the_writer()
    {
        using var writer = new StringWriter { NewLine = "\r\n" };
        RecipeWriter.Write(new Recipe(), writer);
        Assert.Equal(new Recipe().ToString(), writer.ToString());
        Assert.DoesNotContain('\r', writer.ToString());
    }

    [Fact]
    public void Recipes_of_different_files_but_equal_settings_have_the_same_hash()
    {
        string hash = RecipeReader.Parse("optim.learningRate: 0.30\noptim.epochs: 800", "a").Hash;
        Assert.Equal(RecipeReader.Read("densecl-coco-r50").Hash, hash);
        Assert.Matches("^[0-9a-f]{64}$", hash);
    }

    [Fact]
    public void Only_what_does_not_change_the_result_may_change_on_resume()
    {
        string[] free = ["data.threads", "data.prefetch", "run.device", "run.precision", "run.checkpointEvery", "run.checkpointMinutes", "run.keep", "run.logEvery", "run.probe", "run.probeEvery"];
        Assert.Equal(free, Setting.All.Select(setting => setting.Key).Where(Recipe.IsFreeOnResume), StringComparer.Ordinal);
        Assert.False(Recipe.IsFreeOnResume("optim.epochs"));
    }

    private static bool IsAllowed(string? name)
    {
        try
        {
            return new ModelOptions { Weights = name }.Weights is not null;
        }
        catch (RecipeException)
        {
            return false;
        }
    }
}
