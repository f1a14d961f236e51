using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Transfer.Labelled.Masks;

namespace DenseCL.Transfer.Labelled.Layouts;

/// <summary>The images and masks of a data set, and the meaning of its mask values.</summary>
/// <param name="Layout">The layout of the folder.</param>
/// <param name="Splits">The existing splits, such as train and val.</param>
/// <param name="Train">The split to learn from; null if there is none.</param>
/// <param name="Test">The split to measure on; null if there is none.</param>
/// <param name="Classes">Reads the classes; null if only the masks show how many there are.</param>
/// <param name="Images">The images of a split, whether or not their masks exist.</param>
internal sealed record SegmentationFiles(
    SegmentationLayout Layout,
    IReadOnlyList<string> Splits,
    string? Train,
    string? Test,
    Func<ClassList?> Classes,
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

    /// <summary>The classes of a published data set.</summary>
    /// <param name="names">Their names.</param>
    /// <param name="meanings">The class of each number in a mask, 255 for those that do not count.</param>
    public static ClassList Fixed(IReadOnlyList<string> names, IReadOnlyList<byte> meanings) =>
        new(names, [.. meanings.Select((@class, number) => KeyValuePair.Create(PixelValue.Of((byte)number), @class))]);

    /// <summary>The images of a split that have a mask, in ordinal order of their names if the split is a folder.</summary>
    /// <param name="split">The split.</param>
    /// <param name="folder">The data set's folder, for messages.</param>
    /// <param name="labelledOnly">Whether images without a mask are left out; they are refused otherwise.</param>
    /// <returns>The images, and how many were left out.</returns>
    /// <exception cref="DataException">Masks or images are missing.</exception>
    public (IReadOnlyList<SegmentationImage> Images, int LeftOut) Labelled(string split, string folder, bool labelledOnly)
    {
        IReadOnlyList<SegmentationImage> all = Images(split), found = [.. all.Where(image => File.Exists(image.MaskPath))];
        if (found.Count == all.Count || (labelledOnly && found.Count > 0))
        {
            return (found, all.Count - found.Count);
        }

        string[] missing = [.. all.Except(found).Select(image => image.MaskPath)];
        string place = Splits.Count > 1 ? $"the split '{split}' of {folder}" : folder;
        throw new DataException(
            $"{missing.Length} of the {all.Count} masks of {place} are missing: {Some(missing)}. "
            + (found.Count == 0
                ? "A mask is a PNG with the name of its image."
                : "Put them there, take the images out, or leave images without a mask out with --labelled-only "
                    + "(labelledOnly in an ablation)."));
    }

    /// <summary>All images below a folder with their masks below another, in ordinal order.</summary>
    /// <param name="images">The folder of images.</param>
    /// <param name="masks">The folder of masks, with the same folders below it.</param>
    /// <param name="imageEnd">The end of an image's name, before its extension.</param>
    /// <param name="maskEnd">What the name of its mask has instead.</param>
    /// <exception cref="DataException">There is no image.</exception>
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

        return NotEmpty(pairs, images);
    }

    /// <summary>The images in a list.</summary>
    /// <exception cref="DataException">Images are missing, or the list is empty.</exception>
    public static IReadOnlyList<SegmentationImage> Listed(string list, Func<string, SegmentationImage> of)
    {
        List<SegmentationImage> pairs = [.. File.ReadLines(list).Select(line => line.Trim()).Where(line => line.Length > 0).Select(of)];
        string[] missing = [.. pairs.Select(pair => pair.ImagePath).Where(path => !File.Exists(path))];
        return missing.Length == 0 ? NotEmpty(pairs, list) : throw new DataException(
            $"{missing.Length} of the {pairs.Count} images of {list} are missing: {Some(missing)}. Put them there, or take them out of it.");
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

    private static List<SegmentationImage> NotEmpty(List<SegmentationImage> pairs, string place) =>
        pairs.Count > 0 ? pairs : throw new DataException($"{place} names or contains no image.");

    private static string Some(string[] paths) =>
        $"{string.Join(", ", paths.Take(NamedAtMost))}{(paths.Length > NamedAtMost ? ", …" : "")}";
}
