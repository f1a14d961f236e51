using DenseCL.Recipes.Settings;
namespace DenseCL.Recipes.Yaml;

/// <summary>Settings in YAML: a mapping of sections, each a mapping of values; values may also be given by dotted keys.</summary>
internal static class YamlEntries
{
    /// <summary>The entries of a recipe with dotted keys, in order; each key once.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">What to call it in messages.</param>
    public static IReadOnlyList<YamlEntry> Read(string yaml, string source)
    {
        var reader = new YamlReader(yaml, source, "recipe");
        IReadOnlyList<YamlEntry> entries = [];
        reader.Document(() =>
            entries = Settings(
                reader,
                "A recipe is a mapping of sections. Begin with a line such as `optim:` and write its settings below, indented."));
        return entries;
    }

    /// <summary>A single value in flow syntax.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">What to call it in messages.</param>
    public static YamlValue ReadValue(string yaml, string source)
    {
        var reader = new YamlReader(yaml, source, "recipe");
        YamlValue value = new([""], IsList: false, IsQuoted: false);
        reader.Document(() => value = reader.Value("The value"));
        return value;
    }

    /// <summary>The settings at the reader's current position; none if nothing is written there.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="otherwise">The message if there is no mapping.</param>
    public static IReadOnlyList<YamlEntry> Settings(YamlReader reader, string otherwise)
    {
        if (reader.TakeNothing())
        {
            return [];
        }

        var entries = new List<YamlEntry>();
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach ((string key, string where) in reader.Mapping("", seen, otherwise))
        {
            bool isSection = Setting.Sections.Contains(key, StringComparer.Ordinal);
            if (isSection && reader.TakeNothing())
            {
                continue; // A section whose settings are all commented out.
            }

            if (!reader.IsMapping)
            {
                YamlValue value = reader.Value(Allowed.Quoted(key));
                entries.Add(!isSection ? new(key, value, where) : throw new RecipeException(
                    $"{where}: `{key}` is a section and takes no value ({value}). Write its settings below it, indented, one a line."));
                continue;
            }

            if (!isSection)
            {
                throw new RecipeException(
                    $"{where}: There is no section {Allowed.Quoted(key)}; the sections are {string.Join(", ", Setting.Sections)}"
                    + $"{Nearest.Hint(key, Setting.Sections)}.");
            }

            entries.AddRange(
                reader
                    .Mapping(key + ".", seen, otherwise)
                    .Select(entry => new YamlEntry(entry.Key, reader.Value(Allowed.Quoted(entry.Key)), entry.Where)));
        }

        return entries;
    }
}
