using System.Globalization;
using System.Numerics;
using System.Text;

namespace DenseCL.Recipes.Settings;

/// <summary>
/// The checks of a single setting. An allowed value is returned; otherwise a <see cref="RecipeException"/> names key, value, range and what
/// to choose.
/// </summary>
internal static class Allowed
{
    /// <summary>A number between two ends; <see cref="IMinMaxValue{T}.MaxValue"/> as <paramref name="high"/> means no upper end.</summary>
    public static T Between<T>(string key, T value, T low, T high, string advice, bool aboveLow = false, bool belowHigh = false)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        // Written so that NaN, which compares false with everything, is refused.
        bool allowed = (aboveLow ? value > low : value >= low) && (belowHigh ? value < high : value <= high);
        if (allowed)
        {
            return value;
        }

        string lower = aboveLow ? $"above {Text(low)}" : $"at least {Text(low)}";
        string upper = high == T.MaxValue ? "" : belowHigh ? $" and below {Text(high)}" : $" and at most {Text(high)}";
        throw Refused(key, Text(value), lower + upper, advice);
    }

    /// <summary>The same; null is allowed too.</summary>
    public static T? Between<T>(string key, T? value, T low, T high, string advice)
        where T : struct, INumber<T>, IMinMaxValue<T> => value is { } number ? Between(key, number, low, high, advice) : null;

    /// <summary>Two numbers in order, both between two ends.</summary>
    public static Interval Within(string key, Interval value, double low, double high, string advice, bool aboveLow = false)
    {
        bool allowed = (aboveLow ? value.Low > low : value.Low >= low) && value.Low <= value.High && value.High <= high;
        return allowed
            ? value
            : throw Refused(
                key,
                $"[{Text(value.Low)}, {Text(value.High)}]",
                $"[low, high] with {Text(low)} {(aboveLow ? "<" : "<=")} low <= high <= {Text(high)}",
                advice);
    }

    /// <summary>A number for each channel, each between two ends.</summary>
    public static PerChannel Within(string key, PerChannel value, double low, double high, string advice)
    {
        return value.Numbers.All(channel => channel >= low && channel <= high)
            ? value
            : throw Refused(
                key,
                value.ToString(),
                $"[red, green, blue], each at least {Text(low)} and at most {Text(high)}",
                advice);
    }

    /// <summary>A named member of an enumeration.</summary>
    public static T Defined<T>(string key, T value)
        where T : struct, Enum => Enum.IsDefined(value)
            ? value
            : throw Refused(key, value.ToString("D"), $"one of {string.Join(", ", OptionProperty.WordsOf(typeof(T)))}", "Choose a word.");

    /// <summary>The name of a file, or null.</summary>
    public static string? FileName(string key, string? value, string advice)
    {
        bool allowed = value is null || (value.Length is > 0 and <= 4096 && !string.IsNullOrWhiteSpace(value) && IsOneLine(value));
        return allowed
            ? value
            : throw Refused(key, Quoted(value!), "the name of a file: 1 to 4096 characters, none of them a control character", advice);
    }

    /// <summary>Untrusted text for a message: shortened, and without characters that control a terminal.</summary>
    public static string Quoted(string text)
    {
        const int Shown = 80;
        string start = text.Length > Shown ? string.Concat(text.AsSpan(0, Shown), "…") : text;
        return $"`{string.Concat(start.Select(c => char.IsControl(c) ? '�' : c))}`";
    }

    private static bool IsOneLine(string value)
    {
        foreach (Rune rune in value.EnumerateRunes())
        {
            // An unpaired surrogate becomes the replacement character: UTF-8 cannot represent it.
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            if (rune == Rune.ReplacementChar
                || category is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                return false;
            }
        }

        return true;
    }

    private static RecipeException Refused(string key, string value, string range, string advice) =>
        new($"{key} is {value}, but must be {range}. {advice}");

    private static string Text<T>(T value)
        where T : INumber<T> => value.ToString(null, CultureInfo.InvariantCulture);
}
