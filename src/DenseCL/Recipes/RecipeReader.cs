using DenseCL.Recipes.Settings;
using DenseCL.Recipes.Yaml;
namespace DenseCL.Recipes;

/// <summary>Reads recipes: shipped ones by name, others from YAML files, with single settings overridden.</summary>
/// <remarks>
/// A file is untrusted: it may have at most <see cref="MaxBytes"/>, no anchors, aliases or tags, and every key must be known. A file may
/// begin with <c>base: NAME</c>, the shipped recipe from which it starts; otherwise it starts from the defaults of the options. A setting
/// is written in its section or by its dotted key (<c>optim.epochs: 20</c>). Numbers have a decimal point in every culture.
/// </remarks>
public static class RecipeReader
{
    /// <summary>The greatest size of a recipe file in bytes: 1 MiB.</summary>
    public const int MaxBytes = YamlFile.MaxBytes;

    private static readonly OptionsReader<Recipe> Reader = new(
        typeof(RecipeReader).Assembly, "recipes/", Setting.All, "section.name=value, such as optim.epochs=20", recipe => recipe.Validate());

    /// <summary>The names of the shipped recipes, in alphabetical order.</summary>
    public static IReadOnlyList<string> Shipped => Reader.Shipped;

    /// <summary>Reads a recipe, overrides single settings, and validates the result.</summary>
    /// <param name="nameOrPath">A name in <see cref="Shipped"/>, which takes precedence, or the path of a YAML file (<c>./small</c> for a
    /// file that has the name of a shipped recipe).</param>
    /// <param name="overrides">Settings as <c>section.name=value</c>, the value in YAML flow syntax: <c>data.cropScale=[0.2, 1]</c>,
    /// <c>method.queue=auto</c>.</param>
    /// <exception cref="RecipeException">The recipe was not found, cannot be read or is not valid; the message says where and what to
    /// do.</exception>
    public static Recipe Read(string nameOrPath, params IEnumerable<string> overrides) => Reader.Read(nameOrPath, overrides);

    /// <summary>Reads a recipe from text, such as one that <see cref="RecipeWriter"/> wrote, and validates it.</summary>
    /// <param name="yaml">The YAML text; empty for all defaults.</param>
    /// <param name="source">What to call it in messages, such as the file's name.</param>
    /// <exception cref="RecipeException">The text cannot be read or the recipe is not valid; the message says where and what to
    /// do.</exception>
    public static Recipe Parse(string yaml, string source) => Reader.Parse(yaml, source);

    /// <summary>Returns a recipe with another value for one setting.</summary>
    /// <exception cref="RecipeException">There is no such setting, or the value is not allowed; the message begins with the
    /// place.</exception>
    internal static Recipe Apply(Recipe recipe, string key, YamlValue value, string where) => Reader.Apply(recipe, key, value, where);
}
