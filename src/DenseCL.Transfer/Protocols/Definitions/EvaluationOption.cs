using System.Globalization;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Protocols.Definitions;

/// <summary>An option of an evaluation on the command line, in files and in JSON.</summary>
public sealed class EvaluationOption
{
    private readonly OptionProperty property;
    private readonly OptionAttribute? about;
    private readonly object defaults;

    private EvaluationOption(OptionProperty property, object defaults) =>
        (this.property, this.defaults, about) = (property, defaults, property.Attribute<OptionAttribute>());

    /// <summary>The key in files and in JSON: camel case.</summary>
    public string Name => about?.Name ?? property.Name;

    /// <summary>The name on the command line, such as <c>--short-side</c>.</summary>
    public string Flag => $"--{OptionProperty.KebabCase(Name)}";

    /// <summary>Whether it is an option of the command, not only a key in files.</summary>
    public bool IsOnCommandLine => about is not null;

    /// <summary>Whether it is a key in files, not only an option of the command.</summary>
    public bool IsInFiles => about is not { CommandOnly: true };

    /// <summary>Its purpose, in a sentence.</summary>
    public string Help => about?.Help ?? "";

    /// <summary>The allowed values, in words; empty for any.</summary>
    public string Range => property.Type.IsEnum ? string.Join(", ", OptionProperty.WordsOf(property.Type))
        : about is { Words.Length: > 0 } ? string.Join(" or ", about.Words)
        : about?.Range ?? "";

    /// <summary>The placeholder for a value in the help.</summary>
    public string Placeholder => about?.Placeholder
        ?? (property.Type.IsEnum || about is { Words.Length: > 0 } or { OneOf.Length: > 0 } ? string.Join('|', Choices)
        : IsList ? "LIST" : property.Type == typeof(double) ? "X" : property.Type == typeof(string) ? "NAME" : "N");

    /// <summary>The values that a shell can offer: all that there are, or those that have a name; empty if there are none.</summary>
    public IReadOnlyList<string> Choices => about is { Words.Length: > 0 } ? about.Words
        : about is { OneOf.Length: > 0 } ? [.. about.OneOf.Select(number => number.ToString(CultureInfo.InvariantCulture))]
        : about is { Names.Length: > 0 } ? about.Names
        : [.. property.Words];

    /// <summary>The default, as it would be written; empty if there is none.</summary>
    public string Default => about?.Default ?? property.ValueIn(defaults) switch
    {
        null => property.Text(defaults) ?? "",
        string text => text,
        bool yes when about is { Words: [var no, var affirmative] } => yes ? affirmative : no,
        false => "",
        _ when IsList => property.Text(defaults)[1..^1].Replace(", ", ",", StringComparison.Ordinal),
        _ => property.Text(defaults),
    };

    /// <summary>Whether it is a flag, given by its name alone.</summary>
    public bool IsFlag => property.Type == typeof(bool) && about is not { Words.Length: > 0 };

    /// <summary>Whether it takes several values.</summary>
    public bool IsList => property.Type.IsGenericType;

    /// <summary>A flag that stands for an empty list, with its help; null if there is none.</summary>
    public (string Flag, string Help)? Empty => about is { EmptyFlag: { } flag, EmptyHelp: { } help } ? (flag, help) : null;

    /// <summary>Whether it names a folder that is written and must be new.</summary>
    public bool IsNewFolder => about is { NewFolder: true };

    /// <summary>The options of a record, followed by those of the records in it.</summary>
    /// <param name="record">Its type, which can be made without arguments.</param>
    public static IEnumerable<EvaluationOption> Of(Type record) => Of(Activator.CreateInstance(record)!);

    /// <summary>A copy of a record with the given values.</summary>
    /// <param name="record">The record that has this option's property.</param>
    /// <param name="given">The value.</param>
    /// <exception cref="RecipeException">It is of another type, or out of range.</exception>
    internal object With(object record, GivenOption given)
    {
        try
        {
            return property.With(record, Parse(given));
        }
        catch (RecipeException e) when (!e.Message.StartsWith(given.Called, StringComparison.Ordinal))
        {
            throw new RecipeException($"{given.Where}: {e.Message}", e);
        }
        catch (ArgumentException e)
        {
            // Its message continues with the parameter's name and value, which are not those that the user wrote.
            string message = e.Message.Split([" (Parameter ", "\n"], StringSplitOptions.None)[0];
            throw new RecipeException($"{given.Called} is {given.Text}: {message}", e);
        }
    }

    /// <summary>Whether a key means this option.</summary>
    /// <param name="key">The key.</param>
    /// <param name="names">The names of all options: another option's name takes precedence over an older spelling of this one.</param>
    internal bool IsCalled(string key, IReadOnlySet<string> names) => key == Name || (key == property.Name && !names.Contains(key));

    /// <summary>The value in a record, for JSON.</summary>
    internal object? ValueIn(object record) => property.ValueIn(record) switch
    {
        Enum => property.Text(record),
        bool yes when about is { Words: [var no, var affirmative] } => yes ? affirmative : no,
        Interval interval => new[] { interval.Low, interval.High },
        IReadOnlyList<byte> bytes => bytes.Select(value => (int)value),       // bytes would become base64
        var value => value,
    };

    private static IEnumerable<EvaluationOption> Of(object record) =>
        Own(record).Concat(Records(record.GetType()).SelectMany(inner => Of(inner.ValueIn(record)!)));

    /// <summary>The properties that are records of options themselves.</summary>
    internal static IEnumerable<OptionProperty> Records(Type record) =>
        OptionProperty.Of(record).Where(option => !option.HasForm && option.Type.IsClass);

    /// <summary>The options of a record that are not in one of its records.</summary>
    internal static IEnumerable<EvaluationOption> Own(object record) =>
        OptionProperty.Of(record.GetType()).Where(option => option.HasForm).Select(option => new EvaluationOption(option, record));

    private object? Parse(GivenOption given)
    {
        if (about is { Words.Length: > 0 } && Array.FindIndex(about.Words, given.Value.IsPlain) is >= 0 and int index)
        {
            return index == 1;
        }

        if (!property.TryParse(given.Value, out object? value))
        {
            string expected = about is { Words: { Length: > 0 } words }
                ? $"one of {string.Join(", ", words)}"
                : property.Expected(given.Value);
            throw new RecipeException($"{given.Called} is {given.Text}, but must be {expected}.");
        }

        return about is null || about.Allows(value)
            ? value
            : throw new RecipeException($"{given.Called} is {given.Text}: choose {about.Choose(IsList)}.");
    }
}
