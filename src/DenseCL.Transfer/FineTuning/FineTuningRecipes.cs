using DenseCL.Recipes;
using DenseCL.Recipes.Settings;

namespace DenseCL.Transfer.FineTuning;

/// <summary>
/// Reads the recipes of <see cref="Segmentation.SegmentationRecipes"/> for a fine-tuning; they may also have its own settings, such as
/// <c>patience: 3</c>.
/// </summary>
public static class FineTuningRecipes
{
    private static readonly IReadOnlyList<Setting> Settings = Setting.Of<FineTuningOptions>();

    private static readonly OptionsReader<FineTuningOptions> Reader = new(
        typeof(FineTuningRecipes).Assembly,
        "recipes/segmentation/",
        Settings,
        "name=value, such as steps=600",
        options => options.Validate());

    /// <summary>Reads a recipe and overrides single settings.</summary>
    /// <param name="nameOrPath">A shipped recipe, or the path of a YAML file.</param>
    /// <param name="overrides">Settings as <c>name=value</c>.</param>
    /// <exception cref="RecipeException">The recipe was not found, cannot be read or is not valid.</exception>
    public static FineTuningOptions Read(string nameOrPath, params IEnumerable<string> overrides) => Reader.Read(nameOrPath, overrides);

    /// <summary>Every setting with its value, as a recipe writes them.</summary>
    /// <param name="options">The options.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Describe(FineTuningOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [.. Settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Text(options)))];
    }

    /// <summary>The YAML text of a recipe that has every setting.</summary>
    internal static string Text(FineTuningOptions options) =>
        string.Concat(Describe(options).Select(setting => $"{setting.Key}: {setting.Value}\n"));

    /// <summary>Settings in which two fine-tunings differ, in words; those that change nothing in the model are left out.</summary>
    internal static IReadOnlyList<string> Differences(FineTuningOptions before, FineTuningOptions now) =>
    [
        .. Describe(before).Zip(Describe(now))
            .Where(pair => pair.First.Value != pair.Second.Value && pair.First.Key is not ("checkpointEvery" or "checkpointMinutes"))
            .Select(pair => $"{pair.First.Key} was {pair.First.Value} and is now {pair.Second.Value}"),
    ];
}
