using DenseCL.Data;
using DenseCL.Data.Sources;

namespace DenseCL.Transfer.Labelled;

/// <summary>The images and masks of a data set, and the meaning of its mask values.</summary>
/// <param name="Layout">The layout of the folder.</param>
/// <param name="Splits">The existing splits, such as train and val.</param>
/// <param name="Train">The split to learn from; null if there is none.</param>
/// <param name="Test">The split to measure on; null if there is none.</param>
/// <param name="ClassNames">The classes; null if only the masks show how many there are.</param>
/// <param name="Meanings">The class of each mask value, 255 for those that do not count; null if the values are the classes.</param>
/// <param name="Images">The images of a split.</param>
internal sealed record SegmentationFiles(
    SegmentationLayout Layout,
    IReadOnlyList<string> Splits,
    string? Train,
    string? Test,
    IReadOnlyList<string>? ClassNames,
    IReadOnlyList<byte>? Meanings,
    Func<string, IReadOnlyList<SegmentationImage>> Images)
{
    private const int NamedAtMost = 3;

    // In the order in which they are tried: the general layout resembles CamVid's.
    private static readonly (SegmentationLayout Layout, Func<string, bool, SegmentationFiles?> Find, string Looks)[] Known =
    [
        (SegmentationLayout.Voc, (folder, _) => VocLayout.Find(folder), "JPEGImages/, SegmentationClass/ and ImageSets/Segmentation/"),
        (SegmentationLayout.Cityscapes, (folder, _) => CityscapesLayout.Find(folder), "leftImg8bit/SPLIT/CITY/ and gtFine/SPLIT/CITY/"),
        (
            SegmentationLayout.CocoStuff,
            (folder, _) => CocoStuffLayout.Find(folder),
            "images/train2017/ and annotations/train2017/ with PNGs"),
        (SegmentationLayout.CamVid, CamVidLayout.Find, "images/train/ and labels/train/, or train/ and trainannot/"),
        (SegmentationLayout.Folders, (folder, _) => FoldersLayout.Find(folder), "images/ and masks/"),
    ];

    /// <summary>Detects the layout of a folder.</summary>
    /// <exception cref="DataException">There is no such folder, or it does not have the layout.</exception>
    public static SegmentationFiles Find(string folder, SegmentationLayout layout)
    {
        if (!Directory.Exists(folder))
        {
            throw new DataException($"There is no folder {folder} with labelled images.");
        }

        return Recognise(folder, layout)
            ?? throw new DataException(
                $"{folder} contains no labelled images in a known layout: expected {string.Join("; or ", Known.Where(k => layout == SegmentationLayout.Auto || k.Layout == layout).Select(k => $"{k.Layout}: {k.Looks}"))}."
            );
    }

    /// <summary>The same; null if the folder does not have the layout.</summary>
    public static SegmentationFiles? Recognise(string folder, SegmentationLayout layout = SegmentationLayout.Auto) =>
        !Directory.Exists(folder)
            ? null
            : Known
                .Where(k => layout == SegmentationLayout.Auto || k.Layout == layout)
                .Select(k => k.Find(folder, layout == k.Layout))
                .FirstOrDefault(found => found is not null);

    /// <summary>The images in a folder; other files are ignored.</summary>
    public static IEnumerable<string> PicturesIn(string folder, SearchOption depth = SearchOption.TopDirectoryOnly) =>
        Directory.EnumerateFiles(folder, "*", depth).Where(path => PictureTypes.IsReadable(Path.GetExtension(path)));

    /// <summary>All images below a folder with their masks below another, in ordinal order.</summary>
    /// <param name="images">The folder of images.</param>
    /// <param name="masks">The folder of masks, with the same folders below it.</param>
    /// <param name="imageEnd">The end of an image's name, before its extension.</param>
    /// <param name="maskEnd">What the name of its mask has instead.</param>
    /// <exception cref="DataException">Masks are missing, or there is no image.</exception>
    public static IReadOnlyList<SegmentationImage> Pair(string images, string masks, string imageEnd = "", string maskEnd = "")
    {
        List<SegmentationImage> pairs = [];
        foreach (string path in PicturesIn(images, SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.ChangeExtension(Path.GetRelativePath(images, path), null);
            if (name.EndsWith(imageEnd, StringComparison.Ordinal))
            {
                name = name[..^imageEnd.Length];
                pairs.Add(new SegmentationImage(name.Replace('\\', '/'), path, Path.Combine(masks, name + maskEnd + ".png")));
            }
        }

        return Complete(pairs, images);
    }

    /// <summary>The images in a list.</summary>
    /// <exception cref="DataException">Images or masks are missing, or the list is empty.</exception>
    public static IReadOnlyList<SegmentationImage> Listed(string list, Func<string, SegmentationImage> of)
    {
        List<SegmentationImage> pairs = [.. File.ReadLines(list).Select(line => line.Trim()).Where(line => line.Length > 0).Select(of)];
        RefuseMissing(pairs, pair => pair.ImagePath, "image", list);
        return Complete(pairs, list);
    }

    /// <summary>Those of the usual split names for which there is a folder.</summary>
    public static IReadOnlyList<string> SplitsIn(string folder, params ReadOnlySpan<string> names)
    {
        List<string> found = [];
        foreach (string name in names)
        {
            if (Directory.Exists(Path.Combine(folder, name)))
            {
                found.Add(name);
            }
        }

        return found;
    }

    private static List<SegmentationImage> Complete(List<SegmentationImage> pairs, string place)
    {
        if (pairs.Count == 0)
        {
            throw new DataException($"{place} names or contains no image.");
        }

        RefuseMissing(pairs, pair => pair.MaskPath, "mask", place);
        return pairs;
    }

    private static void RefuseMissing(List<SegmentationImage> pairs, Func<SegmentationImage, string> file, string what, string place)
    {
        string[] missing = [.. pairs.Select(file).Where(path => !File.Exists(path))];
        if (missing.Length > 0)
        {
            throw new DataException(
                $"{missing.Length} of the {pairs.Count} {what}s of {place} are missing: "
                + $"{string.Join(", ", missing.Take(NamedAtMost))}{(missing.Length > NamedAtMost ? ", …" : "")}. "
                + $"Put them there, or take the images out."
            );
        }
    }
}
