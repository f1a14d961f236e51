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

    private const string Folder = "recipes/";
    private const string Extension = ".yaml";

    /// <summary>The names of the shipped recipes, in alphabetical order.</summary>
    public static IReadOnlyList<string> Shipped { get; } =
    [
        .. typeof(RecipeReader).Assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(Folder, StringComparison.Ordinal))
            .Select(resource => resource[Folder.Length..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads a recipe, overrides single settings, and validates the whole.</summary>
    /// <param name="nameOrPath">A name of <see cref="Shipped"/>, which goes first, or the path of a YAML file (<c>./small</c> for a file of
    /// a shipped name).</param>
    /// <param name="overrides">Settings as <c>section.name=value</c>, the value in YAML flow syntax: <c>data.cropScale=[0.2, 1]</c>,
    /// <c>method.queue=auto</c>.</param>
    /// <exception cref="RecipeException">The recipe was not found, cannot be read or is not valid; the message says where and what to
    /// do.</exception>
    public static Recipe Read(string nameOrPath, params IEnumerable<string> overrides)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        ArgumentNullException.ThrowIfNull(overrides);
        if (string.IsNullOrWhiteSpace(nameOrPath))
        {
            throw new RecipeException($"The name of the recipe is empty. Give a file, or choose one of {string.Join(", ", Shipped)}.");
        }

        Recipe recipe = Shipped.Contains(nameOrPath, StringComparer.Ordinal)
            ? ReadShipped(nameOrPath)
            : Entries(YamlFile.Read(nameOrPath, "recipe", Shipped), Path.GetFileName(nameOrPath));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string text in overrides)
        {
            string where = $"Override {Allowed.Quoted(text)}";
            string[] parts = text.Split('=', 2);
            if (parts.Length < 2)
            {
                throw new RecipeException($"{where}: There is no `=`. Write section.name=value, such as optim.epochs=20.");
            }

            string key = parts[0].Trim();
            recipe = seen.Add(key)
                ? Apply(recipe, key, YamlEntries.ReadValue(parts[1], where), where)
                : throw new RecipeException($"{where}: The setting {Allowed.Quoted(key)} was overridden before. Keep one of the two.");
        }

        return Validated(recipe, nameOrPath);
    }

    /// <summary>Reads a recipe from text, such as one that <see cref="RecipeWriter"/> wrote, and validates it.</summary>
    /// <param name="yaml">The YAML text; empty for all defaults.</param>
    /// <param name="source">What to call it in messages, such as the file's name.</param>
    /// <exception cref="RecipeException">The text cannot be read or the recipe is not valid; the message says where and what to
    /// do.</exception>
    public static Recipe Parse(string yaml, string source)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(source);
        return Validated(Entries(yaml, source), source);
    }

    private static Recipe Entries(string yaml, string source)
    {
        var entries = YamlEntries.Read(yaml, source);
        Recipe recipe = new();
        foreach ((_, YamlValue value, string where) in entries.Where(entry => entry.Key is "base"))
        {
            recipe = !value.IsList && Shipped.Contains(value.Items[0], StringComparer.Ordinal)
                ? ReadShipped(value.Items[0])
                : throw new RecipeException(
                    $"{where}: base is {value}, but must be the name of a shipped recipe. Choose one of {string.Join(", ", Shipped)}"
                    + $"{Nearest.Hint(value.IsList ? "" : value.Items[0], Shipped)}.");
        }

        return entries
            .Where(entry => entry.Key is not "base")
            .Aggregate(recipe, (result, entry) => Apply(result, entry.Key, entry.Value, entry.Where));
    }

    /// <summary>A recipe with another value for a setting.</summary>
    /// <exception cref="RecipeException">There is no such setting, or the value is not allowed; the message begins with the place.</exception>
    internal static Recipe Apply(Recipe recipe, string key, YamlValue value, string where)
    {
        try
        {
            Setting setting = Setting.Find(key);
            return setting.With(recipe, setting.Parse(value));
        }
        catch (RecipeException e)
        {
            throw new RecipeException($"{where}: {e.Message}", e);
        }
    }

    private static Recipe Validated(Recipe recipe, string source)
    {
        try
        {
            recipe.Validate();
            return recipe;
        }
        catch (RecipeException e)
        {
            throw new RecipeException($"Recipe {Allowed.Quoted(source)}: {e.Message}", e);
        }
    }

    private static Recipe ReadShipped(string name)
    {
        using Stream stream = typeof(RecipeReader).Assembly.GetManifestResourceStream(Folder + name + Extension)!;
        return Entries(YamlFile.Read(stream, name, "recipe"), name + Extension);
    }
}
