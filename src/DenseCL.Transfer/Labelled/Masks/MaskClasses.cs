using System.Globalization;
using DenseCL.Data;

namespace DenseCL.Transfer.Labelled.Masks;

/// <summary>What the values of a folder's masks mean.</summary>
/// <param name="Names">The classes; null if only the masks show how many there are.</param>
/// <param name="Map">The class of each value.</param>
/// <param name="Given">The classes and values of options, as text that changes with them; empty if the data set's own are used.</param>
/// <param name="AreNumbers">Whether the values are the numbers of the classes.</param>
internal sealed record MaskClasses(IReadOnlyList<string>? Names, LabelMap Map, string Given, bool AreNumbers)
{
    /// <summary>The classes that options give, and otherwise those of the data set.</summary>
    /// <param name="own">Those of the data set; null if it has no list.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="DataException">A list of classes cannot be used, or lists and values contradict each other.</exception>
    public static MaskClasses Of(Func<ClassList?> own, SegmentationDataOptions options)
    {
        ClassList? given = options.Classes is not { } file ? null
            : ClassList.Read(file) ?? throw new DataException($"The list of classes {file} is empty: write a class on each line.");
        IReadOnlyList<KeyValuePair<PixelValue, byte>> map = ClassList.Parse(options.Map);
        if (map.Count == 0)
        {
            ClassList? list = given ?? own();
            if (given is { Values: null } && own() is { Values: not null } other)
            {
                list = given with { Values = other.Values };
                RefuseOtherCount(given.Names.Count, other.Names.Count, options.Classes!);
            }

            IEnumerable<KeyValuePair<PixelValue, byte>> values = list?.Values ?? Enumerable
                .Range(0, list?.Names.Count ?? ClassList.MaxClasses).Select(c => KeyValuePair.Create(PixelValue.Of((byte)c), (byte)c));
            return new MaskClasses(
                list?.Names, new LabelMap(values, options.Ignore), given is null ? "" : Text(list!.Names, list.Values), list?.Values is null);
        }

        if (given is { Values: not null })
        {
            throw new DataException(
                $"{options.Classes} begins each line with a value in the masks, and --map gives values too: "
                + $"leave --map out, or only write names into the file.");
        }

        byte[] both = [.. options.Ignore.Where(number => map.Any(e => e.Key == PixelValue.Of(number) && e.Value != LabelMap.Ignore))];
        if (both is [var twice, ..])
        {
            throw new DataException(
                string.Create(CultureInfo.InvariantCulture, $"The value {twice} has a class by --map and is to be ignored by --ignore: ")
                + $"keep one of the two.");
        }

        // A list with values describes other masks; its names would be those of other classes.
        IReadOnlyList<string>? names = given?.Names ?? (own() is { Values: null } plain ? plain.Names : null);
        int classes = map.Where(entry => entry.Value != LabelMap.Ignore).Select(entry => entry.Value + 1).DefaultIfEmpty(0).Max();
        if (names is not null && names.Count < classes)
        {
            throw new DataException(
                string.Create(CultureInfo.InvariantCulture, $"--map has the class {classes - 1}, but {options.Classes ?? "classes.txt"} ")
                + string.Create(CultureInfo.InvariantCulture, $"has only {names.Count} names, for the classes 0 to {names.Count - 1}."));
        }

        names ??= Numbered(classes);
        return new MaskClasses(names, new LabelMap(map, options.Ignore), Text(names, map), AreNumbers: false);
    }

    /// <summary>Names for classes without any.</summary>
    public static IReadOnlyList<string> Numbered(int classes) =>
        [.. Enumerable.Range(0, classes).Select(c => string.Create(CultureInfo.InvariantCulture, $"class {c}"))];

    private static void RefuseOtherCount(int names, int classes, string file)
    {
        if (names != classes)
        {
            throw new DataException(
                string.Create(CultureInfo.InvariantCulture, $"{file} has {names} names, but the data set has {classes} classes: ")
                + $"give a name for each, or begin each line with a value in the masks.");
        }
    }

    private static string Text(IReadOnlyList<string> names, IReadOnlyList<KeyValuePair<PixelValue, byte>>? values) =>
        string.Join('\n', names.Concat((values ?? []).Select(entry => $"{entry.Key}={entry.Value}").Order(StringComparer.Ordinal)));
}
