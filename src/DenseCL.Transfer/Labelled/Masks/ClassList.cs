using System.Globalization;
using DenseCL.Data;
using DenseCL.Platform;

namespace DenseCL.Transfer.Labelled.Masks;

/// <summary>The classes of masks.</summary>
/// <param name="Names">Their names, in the order of their numbers; at least one.</param>
/// <param name="Values">
/// The class of each value, 255 for those that do not count; null if the values are the numbers of the classes.
/// </param>
internal sealed record ClassList(IReadOnlyList<string> Names, IReadOnlyList<KeyValuePair<PixelValue, byte>>? Values)
{
    /// <summary>More than a byte distinguishes, with 255 for what does not count.</summary>
    public const int MaxClasses = 255;

    /// <summary>In place of a class or a name: pixels with the value do not count.</summary>
    public const string IgnoreWord = "ignore";

    private const int MaxBytes = 1 << 20, MaxNameLength = 200;

    /// <summary>Reads a text file with a class per line; empty lines do not count.</summary>
    /// <remarks>
    /// Either each line is a name, and the values in masks are the numbers of the lines, from 0. Or each line is a value and a name; the
    /// same name again gives the class another value, and the name <c>ignore</c> means that the value does not count.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <returns>Null if the file has no line.</returns>
    /// <exception cref="DataException">The file cannot be read or is not such a list.</exception>
    public static ClassList? Read(string path)
    {
        List<Line> lines = [];
        foreach ((int index, string line) in Text(path).Split('\n').Index())
        {
            if (line.Trim() is { Length: > 0 } text)
            {
                bool hasValue = PixelValue.TryTake(text, out PixelValue value, out string rest);
                lines.Add(new Line(index + 1, text, hasValue ? value : null, rest.Length > 0 ? rest : text));
            }
        }

        if (lines.Count == 0)
        {
            return null;
        }

        if (lines.Find(line => line.Name.Length > MaxNameLength) is { } endless)
        {
            throw new DataException(
                $"Line {endless.Number} of {path} has {endless.Name.Length} characters: a list of classes has a short name on each line.");
        }

        (Line? with, Line? without) = (lines.Find(line => line.Value is not null), lines.Find(line => line.Value is null));
        if (with is not null && without is not null)
        {
            throw new DataException(
                $"Line {with.Number} of {path} ('{with.Text}') begins with a value, and line {without.Number} ('{without.Text}') does not: "
                + $"begin every line with the value in the masks ({PixelValue.Forms}), or none.");
        }

        ClassList list = with is null ? new([.. lines.Select(line => line.Name)], null) : OfValues(path, lines);
        return list.Names.Count is > 0 and <= MaxClasses
            ? list
            : throw new DataException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path} has {list.Names.Count} classes: masks have 1 to {MaxClasses}, without those to {IgnoreWord}."));
    }

    /// <summary>Reads the entries of an option: <c>255=1</c>, <c>255,0,0=2</c>, <c>#ff0000=2</c> or <c>7=ignore</c>.</summary>
    /// <param name="entries">The entries. Commas may have split them, so they are joined first.</param>
    /// <returns>Each value with its class; 0 is class 0 if no value is.</returns>
    /// <exception cref="ArgumentException">An entry is not valid; the message says what to write.</exception>
    public static IReadOnlyList<KeyValuePair<PixelValue, byte>> Parse(IReadOnlyList<string> entries)
    {
        Dictionary<PixelValue, byte> values = [];
        string open = "";
        foreach (string part in string.Join(',', entries).Split(',', StringSplitOptions.TrimEntries))
        {
            // The comma before the equals sign belongs to a colour.
            open = open.Length > 0 ? $"{open},{part}" : part;
            if (open.Split('=', StringSplitOptions.TrimEntries) is not [var key, var written])
            {
                continue;
            }

            if (!PixelValue.TryTake(key, out PixelValue value, out string rest) || rest.Length > 0)
            {
                throw new ArgumentException($"'{key}' in '{open}' is no value of a mask: write {PixelValue.Forms}.", nameof(entries));
            }

            byte @class = LabelMap.Ignore;
            if (written != IgnoreWord
                && (!byte.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out @class) || @class >= MaxClasses))
            {
                throw new ArgumentException($"'{written}' in '{open}' is no class: write a number from 0 to 254, or {IgnoreWord}.", nameof(entries));
            }

            if (!values.TryAdd(value, @class))
            {
                throw new ArgumentException($"The value {value} is given a class twice: keep one of the two.", nameof(entries));
            }

            open = "";
        }

        if (open.Length > 0)
        {
            throw new ArgumentException($"'{open}' has no equals sign: write VALUE=CLASS, such as 255=1 or 255,0,0=2.", nameof(entries));
        }

        // Without this, masks of 0 and 255 would need 0=0,255=1.
        if (values.Count > 0 && !values.ContainsValue(0))
        {
            values.TryAdd(PixelValue.Of(0), 0);
        }

        return [.. values];
    }

    private static ClassList OfValues(string path, List<Line> lines)
    {
        List<string> names = [];
        Dictionary<PixelValue, byte> values = [];
        Dictionary<PixelValue, int> from = [];
        foreach (Line line in lines)
        {
            int @class = line.Name == IgnoreWord ? LabelMap.Ignore : names.IndexOf(line.Name);
            if (@class < 0)
            {
                @class = names.Count;
                names.Add(line.Name);
            }

            PixelValue value = line.Value!.Value;
            if (!from.TryAdd(value, line.Number))
            {
                throw new DataException($"Lines {from[value]} and {line.Number} of {path} both begin with the value {value}: keep one of them.");
            }

            values[value] = (byte)Math.Min(@class, (int)LabelMap.Ignore);       // too many names are refused by the caller
        }

        return new ClassList(names, [.. values]);
    }

    private static string Text(string path)
    {
        try
        {
            if (RegularFile.SpecialKind(path) is { } kind)
            {
                throw new IOException($"It is {kind}, not a regular file.");
            }

            using FileStream file = File.OpenRead(path);
            if (file.Length > MaxBytes)
            {
                throw new IOException($"It has {file.Length} bytes, and a list of classes at most {MaxBytes}.");
            }

            using StreamReader reader = new(file);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The list of classes {path} cannot be read: {e.Message}", e);
        }
    }

    private sealed record Line(int Number, string Text, PixelValue? Value, string Name);
}
