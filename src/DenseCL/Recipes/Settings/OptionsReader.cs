using System.Reflection;
using DenseCL.Recipes.Yaml;

namespace DenseCL.Recipes.Settings;

/// <summary>
/// Reads options from YAML by the rules that <see cref="RecipeReader"/> describes: shipped recipes by name, others from files, with single
/// settings overridden.
/// </summary>
/// <param name="assembly">Contains the shipped recipes as resources.</param>
/// <param name="folder">What the names of these resources begin with, ending in '/'.</param>
/// <param name="settings">All settings of the options.</param>
/// <param name="form">How an override is written, with an example.</param>
/// <param name="validate">Checks the rules that span several settings.</param>
internal sealed class OptionsReader<T>(Assembly assembly, string folder, IReadOnlyList<Setting> settings, string form, Action<T> validate)
    where T : class, new()
{
    private const string Extension = ".yaml";

    /// <summary>The names of the shipped recipes, in alphabetical order.</summary>
    public IReadOnlyList<string> Shipped { get; } =
    [
        .. assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(folder, StringComparison.Ordinal))
            .Select(resource => resource[folder.Length..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <inheritdoc cref="RecipeReader.Read"/>
    public T Read(string nameOrPath, IEnumerable<string> overrides)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        ArgumentNullException.ThrowIfNull(overrides);
        if (string.IsNullOrWhiteSpace(nameOrPath))
        {
            throw new RecipeException($"The name of the recipe is empty. Give a file, or choose one of {string.Join(", ", Shipped)}.");
        }

        T recipe = Shipped.Contains(nameOrPath, StringComparer.Ordinal)
            ? ReadShipped(nameOrPath)
            : Entries(YamlFile.Read(nameOrPath, "recipe", Shipped), Path.GetFileName(nameOrPath));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string text in overrides)
        {
            string where = $"Override {Allowed.Quoted(text)}";
            string[] parts = text.Split('=', 2);
            if (parts.Length < 2)
            {
                throw new RecipeException($"{where}: There is no `=`. Write {form}.");
            }

            string key = parts[0].Trim();
            recipe = seen.Add(key)
                ? Apply(recipe, key, YamlEntries.ReadValue(parts[1], where), where)
                : throw new RecipeException($"{where}: The setting {Allowed.Quoted(key)} was overridden before. Keep one of the two.");
        }

        return Validated(recipe, nameOrPath);
    }

    /// <inheritdoc cref="RecipeReader.Parse"/>
    public T Parse(string yaml, string source)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(source);
        return Validated(Entries(yaml, source), source);
    }

    private T Entries(string yaml, string source)
    {
        var entries = YamlEntries.Read(yaml, source);
        T recipe = new();
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

    /// <inheritdoc cref="RecipeReader.Apply"/>
    public T Apply(T recipe, string key, YamlValue value, string where)
    {
        try
        {
            Setting setting = Setting.Find(key, settings);
            return setting.With(recipe, setting.Parse(value));
        }
        catch (RecipeException e)
        {
            throw new RecipeException($"{where}: {e.Message}", e);
        }
    }

    private T Validated(T recipe, string source)
    {
        try
        {
            validate(recipe);
            return recipe;
        }
        catch (RecipeException e)
        {
            throw new RecipeException($"Recipe {Allowed.Quoted(source)}: {e.Message}", e);
        }
    }

    private T ReadShipped(string name)
    {
        using Stream stream = assembly.GetManifestResourceStream(folder + name + Extension)!;
        return Entries(YamlFile.Read(stream, name, "recipe"), name + Extension);
    }
}
