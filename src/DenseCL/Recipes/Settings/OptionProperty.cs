using System.Globalization;
using System.Reflection;
using DenseCL.Recipes.Yaml;

namespace DenseCL.Recipes.Settings;

/// <summary>An init property of an options record: its name in YAML, and the conversion between its value and YAML.</summary>
internal sealed class OptionProperty
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    private static readonly Type[] Forms = [typeof(Interval), typeof(PerChannel), typeof(PixelDepth), typeof(double), typeof(int), typeof(long), typeof(ulong), typeof(bool), typeof(string), typeof(IReadOnlyList<double>), typeof(IReadOnlyList<int>), typeof(IReadOnlyList<byte>), typeof(IReadOnlyList<string>)];

    private readonly PropertyInfo property;
    private readonly string? nullWord;

    private OptionProperty(PropertyInfo property)
    {
        this.property = property;
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        nullWord = property.GetCustomAttribute<NullWordAttribute>()?.Word;
        IsLater = property.IsDefined(typeof(LaterAttribute));
        Name = char.ToLowerInvariant(property.Name[0]) + property.Name[1..];
    }

    /// <summary>The property's name in camel case.</summary>
    public string Name { get; }

    /// <summary>The type of the value when it is not null.</summary>
    public Type Type { get; }

    /// <summary>Whether the option has a <see cref="LaterAttribute"/>.</summary>
    public bool IsLater { get; }

    /// <summary>Whether values of the type can be written in YAML.</summary>
    public bool HasForm => Type.IsEnum || Forms.Contains(Type);

    /// <summary>The words that the value may be, with that for null; empty for numbers, texts and lists.</summary>
    public IEnumerable<string> Words =>
        (Type.IsEnum ? WordsOf(Type) : Type == typeof(bool) ? ["true", "false"] : []).Concat(nullWord is null ? [] : [nullWord]);

    /// <summary>The options of a record in the order in which it declares them.</summary>
    public static IReadOnlyList<OptionProperty> Of(Type options) => [.. Settable(options).Select(property => new OptionProperty(property))];

    /// <summary>
    /// The words of an enumeration, in the order of their values: kebab-case unless a <see cref="WordAttribute"/> says otherwise.
    /// </summary>
    public static IEnumerable<string> WordsOf(Type enumeration) => Enum.GetNames(enumeration).Select(name => WordOf(enumeration, name));

    /// <summary>A C# name with hyphens, as words and the command line use it.</summary>
    public static string KebabCase(string name) =>
        string.Concat(name.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));

    /// <summary>An attribute of the property; null if it has none.</summary>
    public T? Attribute<T>()
        where T : Attribute => property.GetCustomAttribute<T>();

    /// <summary>The word for a member of an enumeration.</summary>
    public static string WordOf(Enum member) => WordOf(member.GetType(), member.ToString());

    /// <summary>The value in a record.</summary>
    public object? ValueIn(object options) => property.GetValue(options);

    /// <summary>The value in a record, as it is written in YAML.</summary>
    public string Text(object options) => ValueIn(options) switch
    {
        null => nullWord!,
        string text => Quoted(text),
        Enum word => WordOf(word),
        bool yes => yes ? "true" : "false",
        Interval interval => string.Create(Invariant, $"[{interval.Low:R}, {interval.High:R}]"),
        IReadOnlyList<double> numbers => $"[{string.Join(", ", numbers.Select(number => number.ToString("R", Invariant)))}]",
        IReadOnlyList<int> numbers => $"[{string.Join(", ", numbers.Select(number => number.ToString(Invariant)))}]",
        IReadOnlyList<byte> numbers => $"[{string.Join(", ", numbers.Select(number => number.ToString(Invariant)))}]",
        IReadOnlyList<string> texts => $"[{string.Join(", ", texts.Select(Quoted))}]",
        PerChannel channels => channels.ToString(),
        PixelDepth depth => depth.ToString(),
        double number => number.ToString("R", Invariant),
        IFormattable number => number.ToString(null, Invariant),
        var other => throw new NotSupportedException($"{Name} has a type that cannot be written in YAML: {other.GetType()}."),
    };

    /// <summary>A copy of the record with another value for this option; the property itself checks the range.</summary>
    public object With(object options, object? value)
    {
        object copy = Activator.CreateInstance(options.GetType())!;
        foreach (PropertyInfo option in Settable(options.GetType()))
        {
            option.SetValue(copy, option.GetValue(options));
        }

        property.SetValue(copy, value, BindingFlags.DoNotWrapExceptions, null, null, Invariant);
        return copy;
    }

    /// <summary>The value that a YAML node stands for; null if the node is the option's word for null.</summary>
    /// <param name="value">The node.</param>
    /// <param name="key">What to call the option in a message.</param>
    /// <exception cref="RecipeException">The node is of another type.</exception>
    public object? Parse(YamlValue value, string key) =>
        TryParse(value, out object? parsed) ? parsed : throw new RecipeException($"{key} is {value}, but must be {Expected(value)}.");

    /// <summary>Like <see cref="Parse"/>; false if the node is of another type.</summary>
    public bool TryParse(YamlValue value, out object? parsed)
    {
        parsed = null;
        if (nullWord is not null && (value.IsPlain(nullWord) || (Type == typeof(string) && (value.IsPlain("") || value.IsPlain("~")))))
        {
            return true;
        }

        string first = value.Items is [var item, ..] ? item : "";
        parsed = Type switch
        {
            _ when Type == typeof(Interval) => Numbers(value) is [double low, double high] ? new Interval(low, high) : null,
            _ when Type == typeof(PerChannel) => PerChannel.TryParse(value.Items, value.IsList, out PerChannel channels) ? channels : null,
            _ when Type == typeof(PixelDepth) => PixelDepth.TryParse(
                value.IsList ? $"[{string.Join(',', value.Items)}]" : first, out PixelDepth depth) ? depth : null,
            _ when Type == typeof(IReadOnlyList<double>) => ListOf(value, Number),
            _ when Type == typeof(IReadOnlyList<int>) => ListOf<int>(
                value,
                text => int.TryParse(text, NumberStyles.AllowLeadingSign, Invariant, out int number) ? number : null),
            _ when Type == typeof(IReadOnlyList<byte>) => ListOf<byte>(
                value,
                text => byte.TryParse(text, NumberStyles.None, Invariant, out byte number) ? number : null),
            _ when Type == typeof(IReadOnlyList<string>) => value.Items,
            _ when value.IsList => null,
            _ when Type == typeof(double) => Number(first),
            _ when Type == typeof(int) => int.TryParse(first, NumberStyles.AllowLeadingSign, Invariant, out int number) ? number : null,
            _ when Type == typeof(long) => long.TryParse(first, NumberStyles.AllowLeadingSign, Invariant, out long number) ? number : null,
            _ when Type == typeof(ulong) => ulong.TryParse(first, NumberStyles.None, Invariant, out ulong number) ? number : null,
            _ when Type == typeof(bool) => first is "true" ? true
            : first is "false" ? false
            : null,
            _ when Type.IsEnum => Array.Find(
                Enum.GetNames(Type),
                name => WordOf(Type, name) == first || MemberWord(Type, name)?.Older == first)
                is { } member
                ? Enum.Parse(Type, member)
                : null,
            _ when Type == typeof(string) => first,
            _ => throw new NotSupportedException($"{Name} has a type that cannot be written in YAML: {Type}."),
        };
        return parsed is not null;
    }

    private static string WordOf(Type enumeration, string name) => MemberWord(enumeration, name)?.Word ?? KebabCase(name);

    private static WordAttribute? MemberWord(Type enumeration, string name) =>
        enumeration.GetField(name)?.GetCustomAttribute<WordAttribute>();

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, Invariant, out double number) && double.IsFinite(number) ? number : null;

    private static double?[] Numbers(YamlValue value) => value.IsList ? [.. value.Items.Select(Number)] : [];

    /// <summary>Null if an item is not a number.</summary>
    private static T[]? ListOf<T>(YamlValue value, Func<string, T?> parse)
        where T : struct
    {
        T?[] items = value.IsList ? [.. value.Items.Select(parse)] : [null];
        return Array.TrueForAll(items, item => item is not null) ? [.. items.Select(item => item!.Value)] : null;
    }

    private static IEnumerable<PropertyInfo> Settable(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite)
            .OrderBy(property => property.MetadataToken);

    /// <summary>What is expected in place of this value.</summary>
    public string Expected(YamlValue value)
    {
        // The default serves as the example, so the message shows a decimal point where a number has one.
        object defaults = Activator.CreateInstance(property.DeclaringType!)!;
        string example = ValueIn(defaults) is null ? "7" : Text(defaults);
        string form = Type switch
        {
            _ when Type == typeof(Interval) => $"two finite numbers such as {example}",
            _ when Type == typeof(PerChannel) => $"a finite number for each channel such as {example}, or `{PerChannel.Measured}`",
            _ when Type == typeof(PixelDepth) =>
                "`auto`, `stretch`, a number of bits from 8 to 16, or the two values that become black and white, such as [0, 4095]",
            _ when Type == typeof(IReadOnlyList<double>) => $"a list of numbers such as {example}",
            _ when Type == typeof(IReadOnlyList<int>) => $"a list of whole numbers such as {example}",
            _ when Type == typeof(IReadOnlyList<byte>) => "a list of whole numbers from 0 to 255, such as [0, 254]",
            _ when Type == typeof(IReadOnlyList<string>) => "a list of texts",
            _ when Type == typeof(double) => $"a finite number such as {example}",
            _ when Type == typeof(int) => $"a whole number of at most {int.MaxValue} such as {example}",
            _ when Type == typeof(long) => $"a whole number of at most {long.MaxValue} such as {example}",
            _ when Type == typeof(ulong) => $"a whole number from 0 to {ulong.MaxValue}",
            _ when Type == typeof(bool) => "true or false",
            _ when Type.IsEnum => $"one of {string.Join(", ", WordsOf(Type))}",
            _ => "one name",
        };
        return form
            + (nullWord is null ? "" : $", or `{nullWord}`")
            + (Type.IsEnum ? Nearest.Hint(value.IsList ? "" : value.Items[0], WordsOf(Type)) : "");
    }
}
