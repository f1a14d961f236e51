using System.Collections;
using System.Globalization;

namespace DenseCL.Transfer.Options;

/// <summary>
/// An option of an evaluation: its purpose and the values that it may have. The option of the command, its help and its check follow from
/// it, and so does a row of docs/evaluation.md. The key in a file has the same name.
/// </summary>
/// <param name="help">A sentence for the help.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OptionAttribute(string help) : Attribute
{
    public string Help { get; } = help;

    /// <summary>The option's name in camel case, if it is not the property's; in files the property's name is accepted too.</summary>
    public string? Name { get; init; }

    /// <summary>The minimum value; for a list, of each value.</summary>
    public double Low { get; init; } = double.NegativeInfinity;

    /// <summary>The maximum value; for a list, of each value.</summary>
    public double High { get; init; } = double.PositiveInfinity;

    /// <summary>Whether <see cref="Low"/> itself is too low.</summary>
    public bool AboveLow { get; init; }

    /// <summary>The only allowed values; empty for any in the range.</summary>
    public int[] OneOf { get; init; } = [];

    /// <summary>Whether the values of a list must differ.</summary>
    public bool Different { get; init; }

    /// <summary>Whether a list may be empty.</summary>
    public bool CanBeEmpty { get; init; }

    /// <summary>A flag, with hyphens, that means the empty list; null for none.</summary>
    public string? EmptyFlag { get; init; }

    /// <summary>The help of <see cref="EmptyFlag"/>.</summary>
    public string? EmptyHelp { get; init; }

    /// <summary>The words for false and true; if there are none, it is a flag.</summary>
    public string[] Words { get; init; } = [];

    /// <summary>Values that have a name, where others, such as a file, are allowed too.</summary>
    public string[] Names { get; init; } = [];

    /// <summary>The placeholder for a value in the help.</summary>
    public string? Placeholder { get; init; }

    /// <summary>The default in words, if it depends on the machine or is long.</summary>
    public string? Default { get; init; }

    /// <summary>Whether the option is not allowed in files.</summary>
    public bool CommandOnly { get; init; }

    /// <summary>Whether it names a folder that is written and must be new.</summary>
    public bool NewFolder { get; init; }

    /// <summary>The allowed values in words; empty for any.</summary>
    public string Range => OneOf is [.. var first, var last] ? $"{string.Join(", ", first)} or {last}"
        : double.IsInfinity(Low) ? ""
        : double.IsInfinity(High) ? $"at least {Number(Low)}"
        : AboveLow ? $"above {Number(Low)}, at most {Number(High)}"
        : $"{Number(Low)} to {Number(High)}";

    /// <summary>The end of an error message: what to choose.</summary>
    public string Choose(bool list)
    {
        string numbers = $"{(Different ? "different numbers" : "numbers")}, {(CanBeEmpty ? "or none" : "at least one")}";
        return !list ? Range : Range.Length == 0 ? numbers : $"{numbers}, each {Range}";
    }

    /// <summary>Whether a value is allowed; null always is.</summary>
    public bool Allows(object? value) => value switch
    {
        null or string or bool => true,
        Enum word => Enum.IsDefined(word.GetType(), word),
        IEnumerable list => AllowsList([.. list.Cast<object>()]),
        IConvertible number => AllowsNumber(number.ToDouble(CultureInfo.InvariantCulture)),
        _ => true,
    };

    private static string Number(double value) =>
        value.ToString("R", CultureInfo.InvariantCulture)
            .Replace("E-0", "e-", StringComparison.Ordinal).Replace("E-", "e-", StringComparison.Ordinal);

    private bool AllowsList(object[] items) =>
        (items.Length > 0 || CanBeEmpty) && (!Different || items.Distinct().Count() == items.Length) && Array.TrueForAll(items, Allows);

    // Written so that NaN, which compares false with everything, is refused.
    private bool AllowsNumber(double value) =>
        OneOf.Length > 0 ? Array.Exists(OneOf, one => one == value) : (AboveLow ? value > Low : value >= Low) && value <= High;
}
