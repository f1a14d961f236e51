using DenseCL.Recipes.Settings;
namespace DenseCL.Recipes;

/// <summary>Writes a recipe with every setting, so that a run can be described and repeated from the file alone.</summary>
internal static class RecipeWriter
{
    /// <summary>
    /// Writes a recipe as YAML: every setting in the order of the options, lines ended by '
    /// ', numbers to the last bit.
    /// </summary>
    /// <param name="recipe">The recipe; <see cref="RecipeReader.Parse"/> of the text gives it back exactly.</param>
    /// <param name="writer">Where to write; it is not closed.</param>
    public static void Write(Recipe recipe, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("# Every setting, as used. docs/recipes.md says what a value means.\n");
        foreach (IGrouping<string, Setting> section in Setting.All.GroupBy(setting => setting.Section, StringComparer.Ordinal))
        {
            writer.Write($"\n# {Comment(section.Key)}\n{section.Key}:\n");
            foreach (Setting setting in section)
            {
                writer.Write($"  {setting.Name}: {setting.Text(recipe)}\n");
            }
        }
    }

    private static string Comment(string section) => section switch
    {
        "method" => "What is learned: the losses, the queues of negatives, the key encoder.",
        "model" => "The network that learns.",
        "data" => "How an image becomes two views.",
        "optim" => "How it is learned.",
        "run" => "How the run is carried out.",
        _ => throw new ArgumentOutOfRangeException(nameof(section), section, "A section without a comment."),
    };
}
