using System.Globalization;
using DenseCL.Recipes;
using DenseCL.Transfer.Segmentation;

namespace DenseCL.Tests.Transfer.Segmentation;

public sealed class SegmentationRecipesTests
{
    public static TheoryData<string, string[]> Mistakes => new()
    {
        { "step=5", ["`step`", "`steps`"] },
        { "optim.steps=5", ["`steps`"] },
        { "steps", ["name=value"] },
        { "steps=many", ["steps", "`many`", "20000"] },
        { "outputStride=4", ["outputStride is 4", "8, 16 or 32"] },
        { "headChannels=100", ["headChannels is 100", "multiple of 64"] },
        { "headChannels=0", ["headChannels is 0", "at least 64"] },
        { "dropout=1", ["dropout is 1", "below 1"] },
        { "scale=[2, 0.5]", ["scale", "low <= high"] },
        { "batch=1", ["batch is 1", "at least 2"] },
        { "test=half", ["test", "whole, slide"] },
        { "minLearningRate=0.1", ["minLearningRate is 0.1", "0.01"] },
        { "warmupSteps=30000", ["warmupSteps", "20000"] },
        { "slideStride=600", ["slideStride is 600", "512"] },
        { "labelled=0", ["labelled is 0"] },
        { "precision=fp16", ["auto, fp32, bf16"] },
    };

    [Fact]
    public void The_shipped_recipes_are_the_papers_protocols_and_a_small_one()
    {
        Assert.Equal(["fcn-r50-cityscapes", "fcn-r50-voc", "fcn-small", "fpn-small"], SegmentationRecipes.Shipped);
        SegmentationOptions voc = SegmentationRecipes.Read("fcn-r50-voc"),
            cityscapes = SegmentationRecipes.Read("fcn-r50-cityscapes"),
            small = SegmentationRecipes.Read("fcn-small");
        Assert.Equal(
            (8, 512, 2, 0.4, 20_000, 16, 512, 512),
            (
                voc.OutputStride,
                voc.HeadChannels,
                voc.HeadConvolutions,
                voc.AuxiliaryWeight,
                voc.Steps,
                voc.Batch,
                voc.CropHeight,
                voc.CropWidth));
        Assert.Equal((0.01, 0.9, 0.9, TestMode.Whole, false), (voc.LearningRate, voc.Power, voc.Momentum, voc.Test, voc.Frozen));
        Assert.Equal(
            (8, 40_000, 16, 769, 769, TestMode.Slide, 0.01),
            (
                cityscapes.OutputStride,
                cityscapes.Steps,
                cityscapes.Batch,
                cityscapes.CropHeight,
                cityscapes.CropWidth,
                cityscapes.Test,
                cityscapes.LearningRate));
        Assert.Null(cityscapes.ShortSide);
        Assert.Equal((16, 128, 8, 240), (small.OutputStride, small.HeadChannels, small.Batch, small.ShortSide));
        Assert.Equal(new SegmentationOptions(), voc);
    }

    [Fact]
    public void What_it_describes_is_a_recipe_that_gives_the_same_in_every_country()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            SegmentationOptions options = SegmentationRecipes.Read(
                "fcn-small",
                "labelled=50",
                "scale=[0.75, 1.25]",
                "test=slide",
                "slideStride=auto",
                "learningRate=0.003");
            string yaml = string.Concat(SegmentationRecipes.Describe(options).Select(setting => $"{setting.Key}: {setting.Value}\n"));
            Assert.Equal(options, SegmentationRecipes.Parse(yaml, "test"));
            Assert.Contains("learningRate: 0.003", yaml, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_told_with_what_to_choose(string setting, string[] words)
    {
        string message = Assert.Throws<RecipeException>(() => SegmentationRecipes.Read("fcn-r50-voc", setting)).Message;
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_recipe_of_pre_training_is_not_taken_for_one()
    {
        Assert.Contains(
            "There is no setting",
            Assert.Throws<RecipeException>(() => SegmentationRecipes.Parse("optim:\n  epochs: 3\n", "mine.yaml")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "`fcn-small`",
            Assert.Throws<RecipeException>(() => SegmentationRecipes.Read("fcn-smal")).Message,
            StringComparison.Ordinal);
    }
}
