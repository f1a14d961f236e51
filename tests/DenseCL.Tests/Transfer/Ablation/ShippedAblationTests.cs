using System.Text.Json;
using DenseCL.Recipes;
using DenseCL.Transfer.Ablation;

namespace DenseCL.Tests.Transfer.Ablation;

public sealed class ShippedAblationTests
{
    private const int OfCoco = 118_287, OfOne = 3000;

    public static TheoryData<string> Names => [.. AblationReader.Shipped];

    [Fact]
    public void They_are_the_papers_ablations_at_two_sizes_and_the_headline() => Assert.Equal(
        ["dense-small", "grid", "grid-small", "headline", "headline-night", "lambda", "lambda-small", "matching", "matching-small", "negatives", "negatives-small", "schedule", "schedule-small"],
        AblationReader.Shipped);

    [Fact]
    public void They_are_the_files_of_the_repository() =>
        Assert.Equal(
            AblationReader.Shipped,
            Directory
                .GetFiles(Repository.PathOf("recipes", "ablations"))
                .Select(Path.GetFileNameWithoutExtension)
                .Order(StringComparer.Ordinal)!);

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_can_be_run_as_it_is(string name)
    {
        AblationPlan plan = AblationReader.Read(name);
        bool small = name.StartsWith("headline", StringComparison.Ordinal) || name.EndsWith("-small", StringComparison.Ordinal);
        Assert.All(
            plan.Variants,
            variant =>
            {
                Assert.Equal(
                    small ? BackboneKind.Resnet18 : BackboneKind.Resnet50,
                    variant.Recipe.Resolve(small ? OfOne : OfCoco).Model.Backbone);
                Assert.Empty(variant.Recipe.Warnings);
                Assert.Equal(small ? 96 : 224, variant.Recipe.Data.Size);
            });
        Assert.True(plan.Untrained);
        Assert.NotNull(plan.Baseline);
        Assert.NotEmpty(plan.Evaluations);
        Assert.All(
            plan.Evaluations.Where(evaluation => evaluation.Kind == "segmentation"),
            evaluation =>
                Assert.StartsWith(
                    $"segmentation: {{ recipe: {(small ? "fcn-small" : "fcn-r50-voc")}",
                    evaluation.Text,
                    StringComparison.Ordinal));
    }

    /// <summary>
    /// Whoever puts a recorded results.jsonl and its file beside each other goes on from there: the lines are of the recipes that the file
    /// names.
    /// </summary>
    [Theory]
    [InlineData("headline")]
    [InlineData("lambda")]
    public void Recorded_results_are_of_the_file_beside_them(string name)
    {
        const int Images = 6623;        // the photographs and CamVid's training images
        AblationPlan plan = AblationReader.Read(Repository.PathOf("docs", "results", name, "ablation.yaml"));
        HashSet<string> known =
        [
            .. from variant in plan.Variants
               from seed in plan.Seeds
               let recipe = variant.Recipe.Resolve(Images)
               select AblationVariant.WhatIsLearned(recipe with { Run = recipe.Run with { Seed = seed } }).Hash,
            .. plan.Seeds.Select(seed => new Recipe { Model = new() { Backbone = BackboneKind.Resnet18 }, Run = new() { Seed = seed } }.Hash),
        ];
        string[] recorded = [.. File.ReadLines(Repository.PathOf("docs", "results", name, "results.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("recipe").GetString()!)];
        Assert.NotEmpty(recorded);
        Assert.All(recorded, hash => Assert.Contains(hash, known));
    }

    [Fact]
    public void Those_of_the_paper_have_its_values()
    {
        Assert.Equal(
            [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1],
            AblationReader.Read("lambda").Variants.Select(variant => variant.Recipe.Method.Lambda));
        Assert.Equal([1, 3, 5, 7, 9], AblationReader.Read("grid").Variants.Select(variant => variant.Recipe.Method.GridSize!.Value));
        Assert.Equal(
            [MatchingKind.Backbone, MatchingKind.Dense, MatchingKind.Random, MatchingKind.Geometric],
            AblationReader.Read("matching").Variants.Select(variant => variant.Recipe.Method.Matching).Order());
        Assert.Equal(
            [Negatives.Pooled, Negatives.Sampled],
            AblationReader.Read("negatives").Variants.Select(variant => variant.Recipe.Method.Negatives));
        Assert.Equal(
            [200, 200, 400, 400, 800, 800, 1600, 1600],
            AblationReader.Read("schedule").Variants.Select(variant => variant.Recipe.Optim.Epochs));
        Assert.Equal(10_000, AblationReader.Read("lambda").Variants[^1].Recipe.Method.LambdaWarmupSteps);
    }
}
