using System.Globalization;
using System.Reflection;

namespace DenseCL.Recipes;

/// <summary>One setting of a recipe: the option's property, its key, and the way between its value and YAML.</summary>
internal sealed class Setting
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    private readonly Type whole;
    private readonly PropertyInfo? section;
    private readonly PropertyInfo property;
    private readonly Type type;
    private readonly string? nullWord;

    private Setting(Type whole, PropertyInfo? section, PropertyInfo property)
    {
        this.whole = whole;
        this.section = section;
        this.property = property;
        type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        nullWord = property.GetCustomAttribute<NullWordAttribute>()?.Word;
        (Section, Name) = (section is null ? "" : CamelCase(section.Name), CamelCase(property.Name));
    }

    /// <summary>All settings of a <see cref="Recipe"/> in the order in which the options declare them.</summary>
    public static IReadOnlyList<Setting> All { get; } =
        [.. from section in Settable(typeof(Recipe)) from property in Settable(section.PropertyType) select new Setting(typeof(Recipe), section, property)];

    /// <summary>The sections in order.</summary>
    public static IReadOnlyList<string> Sections { get; } = [.. All.Select(setting => setting.Section).Distinct(StringComparer.Ordinal)];

    /// <summary>Empty for options without sections.</summary>
    public string Section { get; }

    public string Name { get; }

    public string Key => section is null ? Name : $"{Section}.{Name}";

    /// <summary>All settings of options that have no sections, in the order of their declaration.</summary>
    public static IReadOnlyList<Setting> Of<T>()
        where T : class, new() => [.. Settable(typeof(T)).Select(property => new Setting(typeof(T), section: null, property))];

    /// <summary>The words of an enumeration in kebab-case, in the order of their values.</summary>
    public static IEnumerable<string> WordsOf(Type enumeration) => Enum.GetNames(enumeration).Select(KebabCase);

    /// <summary>The setting of a dotted key of a <see cref="Recipe"/>; an unknown key is refused with the nearest known one.</summary>
    public static Setting Find(string key) => Find(key, All);

    /// <summary>The setting of a key among these; an unknown key is refused with the nearest known one.</summary>
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
    /// The value in a recipe as YAML writes it; <see cref="With"/> of <see cref="Parse"/> of it is the same value to the last bit.
    /// </summary>
    public string Text(object options) => property.GetValue(section is null ? options : section.GetValue(options)) switch
    {
        null => nullWord!,
        string text => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
        Enum word => KebabCase(word.ToString()),
        bool yes => yes ? "true" : "false",
        Interval interval => string.Create(Invariant, $"[{interval.Low:R}, {interval.High:R}]"),
        PerChannel channels => string.Create(Invariant, $"[{channels.Red:R}, {channels.Green:R}, {channels.Blue:R}]"),
        double number => number.ToString("R", Invariant),
        IFormattable number => number.ToString(null, Invariant),
        var other => throw new NotSupportedException($"{Key} has a type without a form in YAML: {other.GetType()}."),
    };

    /// <summary>A copy with another value for this setting; the option itself checks the range.</summary>
    public T With<T>(T options, object? value)
        where T : class
    {
        object result = Copy(options);
        object changed = section is null ? result : Copy(section.GetValue(options)!);
        property.SetValue(changed, value, BindingFlags.DoNotWrapExceptions, null, null, Invariant);
        section?.SetValue(result, changed);
        return (T)result;
    }

    /// <summary>The value that a YAML node stands for; null where the setting's word for null is written.</summary>
    public object? Parse(YamlValue value)
    {
        if (nullWord is not null && (value.IsPlain(nullWord) || (type == typeof(string) && (value.IsPlain("") || value.IsPlain("~")))))
        {
            return null;
        }

        string first = value.Items is [var item, ..] ? item : "";
        object? parsed = type switch
        {
            _ when type == typeof(Interval) => Numbers(value) is [double low, double high] ? new Interval(low, high) : null,
            _ when type == typeof(PerChannel) => Numbers(value) is [double r, double g, double b] ? new PerChannel(r, g, b) : null,
            _ when value.IsList => null,
            _ when type == typeof(double) => Number(first),
            _ when type == typeof(int) => int.TryParse(first, NumberStyles.AllowLeadingSign, Invariant, out int number) ? number : null,
            _ when type == typeof(ulong) => ulong.TryParse(first, NumberStyles.None, Invariant, out ulong number) ? number : null,
            _ when type == typeof(bool) => first is "true" ? true : first is "false" ? false : null,
            _ when type.IsEnum => WordsOf(type).Zip(Enum.GetValues(type).Cast<object>())
                .FirstOrDefault(member => member.First.Equals(first, StringComparison.Ordinal)).Second,
            _ => first,
        };
        return parsed ?? throw new RecipeException($"{Key} is {value}, but must be {Expected(value)}.");
    }

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static string KebabCase(string name) =>
        string.Concat(name.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));

    private static IEnumerable<string> NamesIn(string section) =>
        All.Where(setting => setting.Section.Equals(section, StringComparison.Ordinal)).Select(setting => setting.Name);

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, Invariant, out double number) && double.IsFinite(number) ? number : null;

    private static double?[] Numbers(YamlValue value) => value.IsList ? [.. value.Items.Select(Number)] : [];

    private static IEnumerable<PropertyInfo> Settable(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite)
            .OrderBy(property => property.MetadataToken);

    private static object Copy(object options)
    {
        object copy = Activator.CreateInstance(options.GetType())!;
        foreach (PropertyInfo option in Settable(options.GetType()))
        {
            option.SetValue(copy, option.GetValue(options));
        }

        return copy;
    }

    private string Expected(YamlValue value)
    {
        // The default is the example, so that the message shows a decimal point where a number has one.
        string example = Text(Activator.CreateInstance(whole)!) is var text && !string.Equals(text, nullWord, StringComparison.Ordinal) ? text : "7";
        string form = type switch
        {
            _ when type == typeof(Interval) => $"two finite numbers such as {example}",
            _ when type == typeof(PerChannel) => $"three finite numbers such as {example}",
            _ when type == typeof(double) => $"a finite number such as {example}",
            _ when type == typeof(int) => $"a whole number of at most {int.MaxValue} such as {example}",
            _ when type == typeof(ulong) => $"a whole number from 0 to {ulong.MaxValue}",
            _ when type == typeof(bool) => "true or false",
            _ when type.IsEnum => $"one of {string.Join(", ", WordsOf(type))}",
            _ => "the name of a file",
        };
        return form + (nullWord is null ? "" : $", or `{nullWord}`") + (type.IsEnum ? Nearest.Hint(value.IsList ? "" : value.Items[0], WordsOf(type)) : "");
    }
}
