using System.Globalization;
using DenseCL.Data;
using DenseCL.Transfer.Labelled.Layouts;
using DenseCL.Transfer.Labelled.Masks;

namespace DenseCL.Transfer.Labelled;

/// <summary>The images of a split with their masks, all of which have been read.</summary>
/// <param name="Images">The images, at least one.</param>
/// <param name="LeftOut">How many images without a mask were left out.</param>
/// <param name="Classes">What the values of the masks mean.</param>
/// <param name="Survey">What was found in the masks.</param>
internal sealed record LabelledSet(IReadOnlyList<SegmentationImage> Images, int LeftOut, MaskClasses Classes, MaskSurvey Survey)
{
    private const int NamedAtMost = 3;

    /// <summary>Reads every mask of a split.</summary>
    /// <param name="files">The folder's content.</param>
    /// <param name="folder">The folder, for messages.</param>
    /// <param name="split">The split; it must exist.</param>
    /// <param name="options">Classes, and whether images without a mask are left out.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="DataException">Classes, images or masks cannot be used.</exception>
    public static LabelledSet Open(
        SegmentationFiles files,
        string folder,
        string split,
        SegmentationDataOptions options,
        CancellationToken stop)
    {
        MaskClasses classes = MaskClasses.Of(files.Classes, options);
        (IReadOnlyList<SegmentationImage> images, int leftOut) = files.Labelled(split, folder, options.LabelledOnly);
        return new LabelledSet(images, leftOut, classes, MaskSurvey.Of(images, classes.Map, stop));
    }

    /// <summary>The highest class that some pixel has; 0 if there is none.</summary>
    public int LastClass => Enumerable.Range(0, LabelMap.Ignore).LastOrDefault(c => Survey.Pixels[c] > 0);

    /// <summary>Refuses images to learn from that have fewer than two classes, or a class without a pixel.</summary>
    /// <param name="names">The classes.</param>
    /// <param name="folder">The folder, for messages.</param>
    /// <param name="allowed">Whether a class may be without a pixel.</param>
    /// <exception cref="DataException">A class has no pixel.</exception>
    public void RefuseEmpty(IReadOnlyList<string> names, string folder, bool allowed)
    {
        string[] empty = [.. names.Where((_, c) => Survey.Pixels[c] == 0)];
        if (empty.Length >= names.Count || names.Count < 2)
        {
            throw new DataException(
                $"The masks of {folder} have fewer than two classes with pixels: there is nothing to distinguish.{Hint(two: true)}");
        }

        if (empty.Length > 0 && !allowed)
        {
            throw new DataException(
                $"No pixel to learn from is of {(empty.Length == 1 ? "the class" : $"{empty.Length} classes, such as")} "
                + $"{string.Join(", ", empty.Take(NamedAtMost).Select(name => $"'{name}'"))}. "
                + "Use --allow-empty-classes (allowEmptyClasses in an ablation) to measure anyway (their intersection over union "
                + $"will be 0), or take them out of the masks and classes.txt.{Hint(two: false)}");
        }
    }

    /// <summary>What to do if the values of the masks are not the numbers of classes; empty if they are.</summary>
    private string Hint(bool two)
    {
        int[] values = [.. Enumerable.Range(0, 256).Where(value => Survey.Pixels[value] > 0)];
        if (!Classes.AreNumbers || values.Length < 2 || values.Length > 8)
        {
            return "";
        }

        string found = string.Join(", ", values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
        return two && values is [0, LabelMap.Ignore]
            ? " Their values are 0 and 255, and 255 means that a pixel does not count: if it is a class here, use --map 255=1."
            : $" The values in the masks are {found}: if they are not the numbers of classes, give them classes with --map or --classes.";
    }
}
