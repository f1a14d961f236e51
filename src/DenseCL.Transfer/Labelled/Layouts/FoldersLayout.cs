using DenseCL.Transfer.Labelled.Masks;

namespace DenseCL.Transfer.Labelled.Layouts;

/// <summary>A folder of images and a folder of masks, the general layout; <c>densecl data scenes</c> writes it too.</summary>
internal static class FoldersLayout
{
    /// <summary>The name of the only split if there are no splits.</summary>
    public const string Whole = "all";

    private static readonly string[] MaskFolders = ["masks", "labels", "annotations"];

    public static SegmentationFiles? Find(string folder)
    {
        string images = Path.Combine(folder, "images");
        string? masks = MaskFolders.Select(name => Path.Combine(folder, name)).FirstOrDefault(Directory.Exists);
        if (masks is null || !Directory.Exists(images))
        {
            return null;
        }

        string[] splits = [.. SegmentationFiles.SplitsIn(images, "train", "training", "val", "validation", "test").Where(split => Directory.Exists(Path.Combine(masks, split)))];
        return new SegmentationFiles(
            SegmentationLayout.Folders,
            splits.Length > 0 ? splits : [Whole],
            splits.Length > 0 ? Array.Find(splits, split => split.StartsWith("train", StringComparison.Ordinal)) : Whole,
            splits.LastOrDefault(split => !split.StartsWith("train", StringComparison.Ordinal)),
            () => Classes(folder),
            split =>
                split == Whole
                    ? SegmentationFiles.Pair(images, masks)
                    : SegmentationFiles.Pair(ImagesOf(folder, split), Path.Combine(masks, split)));
    }

    /// <summary>The folder with the images of a split.</summary>
    public static string ImagesOf(string folder, string split) =>
        split == Whole ? Path.Combine(folder, "images") : Path.Combine(folder, "images", split);

    private static ClassList? Classes(string folder)
    {
        string list = Path.Combine(folder, "classes.txt");
        return File.Exists(list) ? ClassList.Read(list) : null;
    }
}
