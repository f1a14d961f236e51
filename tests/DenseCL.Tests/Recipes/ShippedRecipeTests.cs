using System.Globalization;
using System.Reflection;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;

namespace DenseCL.Tests.Recipes;

public sealed class ShippedRecipeTests
{
    public static TheoryData<string> Names => [.. RecipeReader.Shipped];

    [Fact]
    public void The_shipped_recipes_are_those_that_are_documented() =>
        Assert.Equal(
            ["demo", "densecl-coco-r50", "densecl-imagenet-r101", "densecl-imagenet-r50", "mocov2-imagenet-r50", "small", "small-mobile"],
            RecipeReader.Shipped);

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_shipped_recipe_is_valid_without_warnings_and_for_a_real_number_of_images(string name)
    {
        Recipe recipe = RecipeReader.Read(name);
        Assert.Empty(recipe.Warnings);
        Recipe resolved = recipe.Resolve(500);
        Assert.NotNull(resolved.Method.Queue);
        Assert.NotNull(resolved.Method.KeyMomentum);
        Assert.Empty(Recipe.Differences(resolved, resolved.Resolve(500)));
    }

    /// <summary>The paper's settings, from its text.</summary>
    [Theory]
    [InlineData("densecl-coco-r50", 0.5, BackboneKind.Resnet50, 0.3, 800)]
    [InlineData("densecl-imagenet-r50", 0.5, BackboneKind.Resnet50, 0.03, 200)]
    [InlineData("densecl-imagenet-r101", 0.5, BackboneKind.Resnet101, 0.03, 200)]
    [InlineData("mocov2-imagenet-r50", 0, BackboneKind.Resnet50, 0.03, 200)]
    public void The_recipes_of_the_paper_are_its_table(string name, double lambda, BackboneKind backbone, double learningRate, int epochs)
    {
        Recipe recipe = RecipeReader.Read(name);
        Assert.Equal(lambda, recipe.Method.Lambda);
        Assert.Equal(backbone, recipe.Model.Backbone);
        Assert.Equal((learningRate, epochs), (recipe.Optim.LearningRate, recipe.Optim.Epochs));

        Assert.Equal(
            (65536, 128, 0.999, 0.2),
            (recipe.Method.Queue, recipe.Model.Embedding, recipe.Method.KeyMomentum, recipe.Method.Temperature));
        Assert.Equal((256, 32, 1), (recipe.Optim.Batch, recipe.Optim.BatchNormGroup, recipe.Optim.Accumulation));
        Assert.Equal(
            (0.9, 1e-4, Schedule.Cosine, 0),
            (recipe.Optim.Momentum, recipe.Optim.WeightDecay, recipe.Optim.Schedule, recipe.Optim.WarmupSteps));
        Assert.Equal(
            (MatchingKind.Backbone, Negatives.Pooled, 0),
            (recipe.Method.Matching, recipe.Method.Negatives, recipe.Method.LambdaWarmupSteps));
        Assert.Null(recipe.Method.GridSize);
        Assert.Null(recipe.Model.Weights);

        DataOptions data = recipe.Data;
        Assert.Equal((224, new Interval(0.2, 1), new Interval(3.0 / 4, 4.0 / 3)), (data.Size, data.CropScale, data.CropAspect));
        Assert.Equal((0.4, 0.4, 0.4, 0.1, 0.8), (data.Brightness, data.Contrast, data.Saturation, data.Hue, data.JitterProbability));
        Assert.Equal(
            (0.2, 0.5, new Interval(0.1, 2), 0.5),
            (data.GreyscaleProbability, data.BlurProbability, data.BlurSigma, data.FlipProbability));
        Assert.Equal((new PerChannel(0.485, 0.456, 0.406), new PerChannel(0.229, 0.224, 0.225)), (data.Mean, data.Std));
    }

    [Fact]
    public void The_recipe_for_any_folder_takes_any_number_of_images_from_one_batch_on()
    {
        Recipe small = RecipeReader.Read("small");
        foreach (int images in new[] { 64, 100, 5_000, 20_000, 1_000_000 })
        {
            Assert.Equal(0, small.Resolve(images).Method.Queue % small.Optim.Batch);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_shipped_recipe_says_what_it_is_for(string name)
    {
        Assert.StartsWith("# ", File.ReadAllText(Repository("recipes", name + ".yaml")), StringComparison.Ordinal);
        Assert.Contains($"| `{name}` |", File.ReadAllText(Repository("docs", "recipes.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_documentation_has_each_setting_once_with_its_default()
    {
        // | `key` | default | range | consequence |
        string[][] rows =
        [
            .. from line in File.ReadLines(Repository("docs", "recipes.md"))
               where line.StartsWith("| `", StringComparison.Ordinal)
               let cells = line.Split('|', StringSplitOptions.TrimEntries)
               where cells[1].Contains('.', StringComparison.Ordinal)
               select cells,
        ];
        Assert.Equal(
            Setting.All.Select(setting => $"`{setting.Key}` = `{setting.Text(new Recipe())}`"),
            rows.Select(cells => $"{cells[1]} = {cells[2]}"),
            StringComparer.Ordinal);
        Assert.All(rows, cells => Assert.Equal(6, cells.Length));
        Assert.All(
            rows,
            cells => Assert.True(cells[4].Length > 10, string.Create(CultureInfo.InvariantCulture, $"{cells[1]} has no consequence.")));
    }

    [Fact]
    public void The_documentation_has_the_ends_of_every_range()
    {
        string[] lines = File.ReadAllLines(Repository("docs", "recipes.md"));
        foreach ((string key, string accepted, _) in SettingRangeTests.Ranges.Select(row => row.Data))
        {
            string line = lines.Single(text => text.StartsWith($"| `{key}` |", StringComparison.Ordinal));
            string range = line.Split('|')[3];
            IEnumerable<string> words = accepted
                .Split(' ')
                .Where(word => char.IsLetter(word[0]) || (!word.Contains('e', StringComparison.Ordinal) && word[0] != '['));
            Assert.All(
                words.Where(word => word is not ("2147483647" or "0.999999")),
                word => Assert.Matches($@"(?<![\d.]){word}(?![\d.])", range));
        }
    }

    private static string Repository(params string[] path)
    {
        DirectoryInfo? folder = new(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DenseCL.slnx")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        return Path.Combine([folder.FullName, .. path]);
    }
}
