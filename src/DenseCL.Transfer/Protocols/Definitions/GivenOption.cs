using System.Globalization;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Recipes.Yaml;

namespace DenseCL.Transfer.Protocols.Definitions;

/// <summary>A value that a user gave for an option, in a file or on the command line; both are read by the same rules.</summary>
public sealed class GivenOption
{
    private GivenOption(string key, YamlValue value, string called, string text, string where, bool fromFile) =>
        (Key, Value, Called, Text, Where, IsFromFile) = (key, value, called, text, where, fromFile);

    /// <summary>The option's name, or an older one.</summary>
    public string Key { get; }

    internal YamlValue Value { get; }

    /// <summary>The name of the option in a message: <c>--size</c>, or file, line and key.</summary>
    internal string Called { get; }

    /// <summary>The value as a message shows it.</summary>
    internal string Text { get; }

    /// <summary>Where it was given, for the start of a message.</summary>
    internal string Where { get; }

    internal bool IsFromFile { get; }

    /// <summary>An option of a command line.</summary>
    /// <param name="option">Which.</param>
    /// <param name="words">The words that follow it; none for a flag. Each word of a list may be several values: 10,20 or [10, 20].</param>
    public static GivenOption OnCommandLine(EvaluationOption option, IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(option);
        string text = string.Join(',', words);
        YamlValue value = option.IsList
            ? new YamlValue([.. words.SelectMany(Items)], IsList: true, IsQuoted: false)
            : new YamlValue([words is [] ? "true" : text], IsList: false, IsQuoted: false);
        bool number = !option.IsList && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        string shown = number ? text : $"'{text}'", where = $"{option.Flag} {text}".TrimEnd();
        return new GivenOption(option.Name, value, option.Flag, shown, where, fromFile: false);

        static string[] Items(string word) =>
            word.Trim('[', ']', ' ') is { Length: > 0 } inner ? inner.Split(',', StringSplitOptions.TrimEntries) : [];
    }

    /// <summary>A setting on a command line, <c>key=value</c>, with the value written as in a recipe.</summary>
    /// <param name="text">Key and value.</param>
    /// <exception cref="RecipeException">There is no <c>=</c>.</exception>
    public static GivenOption OfSetting(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string where = $"Override {Allowed.Quoted(text)}";
        if (text.Split('=', 2) is not [var key, var written])
        {
            throw new RecipeException($"{where}: There is no `=`. Write name=value, such as steps=600.");
        }

        YamlValue value = YamlEntries.ReadValue(written, where);
        return new GivenOption(key.Trim(), value, $"{where}: {key.Trim()}", value.ToString(), where, fromFile: false);
    }

    internal static GivenOption OfEntry(string evaluation, YamlEntry entry) =>
        new(entry.Key, entry.Value, $"{entry.Where}: {evaluation}.{entry.Key}", entry.Value.ToString(), entry.Where, fromFile: true);
}
