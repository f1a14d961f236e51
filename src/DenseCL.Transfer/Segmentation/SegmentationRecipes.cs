using DenseCL.Recipes;
using DenseCL.Recipes.Settings;

namespace DenseCL.Transfer.Segmentation;

/// <summary>Reads segmentation protocols by the rules of <see cref="RecipeReader"/>; they have no sections (<c>steps: 600</c>).</summary>
public static class SegmentationRecipes
{
    private static readonly IReadOnlyList<Setting> Settings = Setting.Of<SegmentationOptions>();

    private static readonly OptionsReader<SegmentationOptions> Reader = new(
        typeof(SegmentationRecipes).Assembly,
        "recipes/segmentation/",
        Settings,
        "name=value, such as steps=600",
        options => options.Validate());

    /// <summary>The names of the shipped recipes, in alphabetical order.</summary>
    public static IReadOnlyList<string> Shipped => Reader.Shipped;

    /// <summary>The recipe for a head, if none is named: a small one.</summary>
    /// <param name="head">The head.</param>
    public static string UsualFor(HeadKind head) => head == HeadKind.Fpn ? "fpn-small" : "fcn-small";

    /// <summary>Reads a recipe and overrides single settings.</summary>
    /// <param name="nameOrPath">A name of <see cref="Shipped"/>, or the path of a YAML file.</param>
    /// <param name="overrides">Settings as <c>name=value</c>.</param>
    /// <exception cref="RecipeException">The recipe was not found, cannot be read or is not valid; the message says where and what to
    /// do.</exception>
    public static SegmentationOptions Read(string nameOrPath, params IEnumerable<string> overrides) => Reader.Read(nameOrPath, overrides);

    /// <summary>Reads a recipe from text.</summary>
    /// <param name="yaml">The YAML text; empty for all defaults.</param>
    /// <param name="source">What to call it in messages.</param>
    /// <exception cref="RecipeException">The text cannot be read or the recipe is not valid.</exception>
    public static SegmentationOptions Parse(string yaml, string source) => Reader.Parse(yaml, source);

    /// <summary>Every setting with its value, as a recipe writes them, in the order of the options.</summary>
    /// <param name="options">The protocol.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Describe(SegmentationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [.. Settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Text(options)))];
    }
}
