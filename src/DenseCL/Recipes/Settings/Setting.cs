using DenseCL.Recipes.Yaml;
namespace DenseCL.Recipes.Settings;

/// <summary>One setting of a recipe: the option's property, its key, and the conversion between its value and YAML.</summary>
internal sealed class Setting
{
    private readonly OptionProperty? section;
    private readonly OptionProperty option;

    private Setting(OptionProperty? section, OptionProperty option) => (this.section, this.option) = (section, option);

    /// <summary>All settings of a <see cref="Recipe"/> in the order in which the options declare them.</summary>
    public static IReadOnlyList<Setting> All { get; } =
        [.. from section in OptionProperty.Of(typeof(Recipe)) from option in OptionProperty.Of(section.Type) select new Setting(section, option)];

    /// <summary>The sections in order.</summary>
    public static IReadOnlyList<string> Sections { get; } = [.. All.Select(setting => setting.Section).Distinct(StringComparer.Ordinal)];

    /// <summary>Empty for options without sections.</summary>
    public string Section => section?.Name ?? "";

    public string Name => option.Name;

    public string Key => section is null ? Name : $"{Section}.{Name}";

    /// <summary>The words that the value may be; empty for numbers, texts and lists.</summary>
    public IEnumerable<string> Words => option.Words;

    /// <summary>All settings of options that have no sections, in the order of declaration.</summary>
    public static IReadOnlyList<Setting> Of<T>()
        where T : class, new() =>
        [.. OptionProperty.Of(typeof(T)).Where(option => option.HasForm).Select(option => new Setting(section: null, option))];

    /// <summary>
    /// The setting with a dotted key of a <see cref="Recipe"/>; the error for an unknown key names the nearest known one.
    /// </summary>
    public static Setting Find(string key) => Find(key, All);

    /// <summary>The setting with a key among these; the error for an unknown key names the nearest known one.</summary>
    public static Setting Find(string key, IReadOnlyList<Setting> among)
    {
        if (among.FirstOrDefault(setting => string.Equals(setting.Key, key, StringComparison.Ordinal)) is { } found)
        {
            return found;
        }

        string name = key[(key.LastIndexOf('.') + 1)..];
        Setting nearest = among.MinBy(setting => (Nearest.Distance(name, setting.Name), Nearest.Distance(key, setting.Key)))!;
        string advice = Nearest.IsNear(name, nearest.Name) ? $"Did you mean `{nearest.Key}`?"
            : nearest.section is null ? $"The settings are {string.Join(", ", among.Select(setting => setting.Key))}."
            : Sections.FirstOrDefault(known => key.StartsWith(known + ".", StringComparison.Ordinal)) is { } section
                ? $"The settings of `{section}` are {string.Join(", ", NamesIn(section))}."
                : $"A setting is written section.name; the sections are {string.Join(", ", Sections)}.";
        throw new RecipeException($"There is no setting {Allowed.Quoted(key)}. {advice}");
    }

    /// <summary>
    /// The value in a recipe as it is written in YAML. Passing it through <see cref="Parse"/> and <see cref="With"/> gives the same value
    /// to the last bit.
    /// </summary>
    public string Text(object options) => option.Text(Holder(options));

    /// <summary>Whether the setting counts in the hash of these options; see <see cref="LaterAttribute"/>.</summary>
    public bool IsHashed(object options) =>
        !option.IsLater || !Equals(option.ValueIn(Holder(options)), option.ValueIn(Activator.CreateInstance(Holder(options).GetType())!));

    /// <summary>A copy with another value for this setting; the option itself checks the range.</summary>
    public T With<T>(T options, object? value)
        where T : class => (T)(section is null ? option.With(options, value) : section.With(options, option.With(Holder(options), value)));

    /// <summary>The recipe with this setting's value taken from another one.</summary>
    public Recipe Taken(Recipe recipe, Recipe from) => With(recipe, option.ValueIn(Holder(from)));

    /// <summary>The value that a YAML node stands for; null if the node is the setting's word for null.</summary>
    public object? Parse(YamlValue value) => option.Parse(value, Key);

    private object Holder(object options) => section is null ? options : section.ValueIn(options)!;

    private static IEnumerable<string> NamesIn(string section) =>
        All.Where(setting => setting.Section.Equals(section, StringComparison.Ordinal)).Select(setting => setting.Name);
}
