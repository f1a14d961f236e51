using System.Globalization;
using System.Reflection;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Recipes.Yaml;

namespace DenseCL.Tests.Recipes;

/// <summary>Both ends of every range, as the documentation promises them, through the same door as a user's: an override.</summary>
public sealed class SettingRangeTests
{
    private static readonly string[] WithoutNumbers =
        ["method.matching", "method.negatives", "model.backbone", "model.outputStride", "model.denseHead", "model.weights", "model.partial", "data.shuffle", "optim.schedule", "run.device", "run.precision", "run.probe"];

    /// <summary>Key, what is accepted at the ends, what is refused just outside; values separated by blanks.</summary>
    public static TheoryData<string, string, string> Ranges => new()
    {
        { "method.lambda", "0 1", "-0.0001 1.0001" },
        { "method.temperature", "0.001 10", "0.0009 10.001 0" },
        { "method.keyMomentum", "0 1 auto", "-0.0001 1.0001" },
        { "method.queue", "1 4194304 auto", "0 4194305 -1" },
        { "method.gridSize", "1 64 native", "0 65" },
        { "method.imageNegatives", "1 64 none", "0 65" },
        { "method.denseTemperature", "0.001 10 same", "0.0009 10.001 0" },
        { "method.lambdaWarmupSteps", "0 2147483647", "-1" },
        { "model.embedding", "8 4096", "7 4097" },
        { "data.size", "32 1024", "31 1025" },
        { "data.cropScale", "[0.0001,1] [1,1] [0.5,0.5]", "[0,1] [0.2,1.001] [0.6,0.5] [-1,1]" },
        { "data.cropAspect", "[0.01,100] [1,1]", "[0.009,1] [1,100.1] [2,1]" },
        { "data.brightness", "0 1", "-0.1 1.1" },
        { "data.contrast", "0 1", "-0.1 1.1" },
        { "data.saturation", "0 1", "-0.1 1.1" },
        { "data.hue", "0 0.5", "-0.1 0.51" },
        { "data.jitterProbability", "0 1", "-0.1 1.1" },
        { "data.greyscaleProbability", "0 1", "-0.1 1.1" },
        { "data.blurProbability", "0 1", "-0.1 1.1" },
        { "data.blurSigma", "[0.01,100] [2,2]", "[0.009,1] [1,100.1] [2,1]" },
        { "data.flipProbability", "0 1", "-0.1 1.1" },
        { "data.verticalFlipProbability", "0 1", "-0.1 1.1" },
        { "data.quarterTurnProbability", "0 1", "-0.1 1.1" },
        { "data.depth", "8 16 auto stretch [0,1] [65534,65535] [102,3987]", "7 17 -1" },
        { "data.channels", "1 8", "0 9 -1" },
        { "data.mean", "[0,0,0] [1,1,1] [0.5] [0,0,0,0,0,0,0,1] measured", "[-0.1,0,0] [0,1.1,0] [0,0,1.1]" },
        { "data.std", "[0.001,0.001,0.001] [1,1,1] [0.001,1] measured", "[0,1,1] [1,0.0009,1] [1,1,1.1]" },
        { "data.threads", "1 256 auto", "0 257" },
        { "data.prefetch", "1 64", "0 65" },
        { "data.maxBadShare", "0 1", "-0.1 1.1" },
        { "data.minSide", "1 4096", "0 4097" },
        { "data.maxPixels", "1024 500000000", "1023 500000001" },
        { "optim.epochs", "1 100000 auto", "0 100001" },
        { "optim.batch", "2 65536", "1 65537 0" },
        { "optim.learningRate", "1e-12 10", "0 10.001 -0.03" },
        { "optim.momentum", "0 0.999999", "-0.1 1" },
        { "optim.weightDecay", "0 1", "-0.1 1.1" },
        { "optim.batchNormGroup", "2 65536 whole", "1 65537 0" },
        { "optim.accumulation", "1 65536", "0 65537" },
        { "optim.warmupSteps", "0 2147483647", "-1" },
        { "run.seed", "0 18446744073709551615", "" },
        { "run.checkpointEvery", "1 2147483647", "0" },
        { "run.checkpointMinutes", "1e-12 10000", "0 -1 10001" },
        { "run.keep", "1 2147483647", "0" },
        { "run.logEvery", "1 2147483647", "0" },
        { "run.probeEvery", "1 2147483647", "0" },
    };

    [Theory]
    [MemberData(nameof(Ranges))]
    public void A_range_takes_its_ends_and_refuses_what_lies_outside_with_value_range_and_choice(
        string key,
        string accepted,
        string refused)
    {
        foreach (string value in Words(accepted))
        {
            Assert.Equal(value, Set(key, value).Text.Replace(" ", "", StringComparison.Ordinal), NumberEquality);
        }

        foreach (string value in Words(refused))
        {
            RecipeException error = Assert.Throws<RecipeException>(() => Set(key, value));
            Assert.StartsWith($"{key} is ", error.Message, StringComparison.Ordinal);
            Assert.Contains(value.Replace(",", ", ", StringComparison.Ordinal), error.Message, StringComparison.Ordinal);
            Assert.Matches(@", but must be (at least|above|\[).* Choose .*\.$", error.Message);
        }
    }

    [Fact]
    public void The_table_of_ranges_has_every_setting_that_is_a_number()
    {
        IEnumerable<string> listed = Ranges.Select(row => row.Data.Item1);
        Assert.Equal(
            Setting.All.Select(setting => setting.Key).Except(WithoutNumbers, StringComparer.Ordinal),
            listed,
            StringComparer.Ordinal);
    }

    [Fact]
    public void Options_made_in_code_are_checked_as_those_from_a_file()
    {
        Assert.Contains(
            "method.lambda is 2,",
            Assert.Throws<RecipeException>(() => new MethodOptions { Lambda = 2 }).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "method.lambda is NaN,",
            Assert.Throws<RecipeException>(() => new MethodOptions { Lambda = double.NaN }).Message,
            StringComparison.Ordinal);
        Assert.Throws<RecipeException>(() => new OptimOptions { LearningRate = double.PositiveInfinity });
        Assert.Throws<RecipeException>(() => new DataOptions { CropScale = new(double.NaN, 1) });
        Assert.Throws<RecipeException>(() => new DataOptions { CropScale = new(0.2, double.NaN) });
        Assert.Throws<RecipeException>(() => new DataOptions { Std = new(1, double.NaN, 1) });
        Assert.Throws<RecipeException>(() => new OptimOptions() with { Momentum = 1 });
    }

    [Theory]
    [InlineData("method.matching", typeof(MethodOptions), nameof(MethodOptions.Matching))]
    [InlineData("method.negatives", typeof(MethodOptions), nameof(MethodOptions.Negatives))]
    [InlineData("model.backbone", typeof(ModelOptions), nameof(ModelOptions.Backbone))]
    [InlineData("data.shuffle", typeof(DataOptions), nameof(DataOptions.Shuffle))]
    [InlineData("optim.schedule", typeof(OptimOptions), nameof(OptimOptions.Schedule))]
    [InlineData("run.device", typeof(RunOptions), nameof(RunOptions.Device))]
    [InlineData("run.precision", typeof(RunOptions), nameof(RunOptions.Precision))]
    public void A_number_without_a_name_is_no_member_of_an_enumeration(string key, Type options, string property)
    {
        PropertyInfo setting = options.GetProperty(property)!;
        object unnamed = Enum.ToObject(setting.PropertyType, 99);
        var error = Assert.Throws<RecipeException>(
            () => setting.SetValue(Activator.CreateInstance(options), unnamed, BindingFlags.DoNotWrapExceptions, null, null, null));
        Assert.StartsWith($"{key} is 99, but must be one of ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a\u2028b")]
    [InlineData("a\ud800b")]
    public void Weights_that_cannot_be_a_file_name_are_refused(string name)
    {
        string message = Assert.Throws<RecipeException>(() => new ModelOptions { Weights = name }).Message;
        Assert.StartsWith("model.weights is `", message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Fact]
    public void A_section_cannot_be_null()
    {
        Assert.Throws<ArgumentNullException>(() => new Recipe { Method = null! });
        Assert.Throws<ArgumentNullException>(() => new Recipe { Model = null! });
        Assert.Throws<ArgumentNullException>(() => new Recipe { Data = null! });
        Assert.Throws<ArgumentNullException>(() => new Recipe { Optim = null! });
        Assert.Throws<ArgumentNullException>(() => new Recipe { Run = null! });
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Sets one value as the reader does, without the rules that span settings; gives back how the recipe writes it.</summary>
    private static (Recipe Recipe, string Text) Set(string key, string value)
    {
        Setting setting = Setting.Find(key);
        Recipe recipe = setting.With(new Recipe(), setting.Parse(YamlEntries.ReadValue(value, "test")));
        return (recipe, setting.Text(recipe));
    }

    private static bool NumberEquality(string expected, string actual) =>
        string.Equals(expected, actual, StringComparison.Ordinal)
        || double.Parse(expected, CultureInfo.InvariantCulture) == double.Parse(actual, CultureInfo.InvariantCulture);
}
