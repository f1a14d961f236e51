using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Labelled.Layouts;

namespace DenseCL.Transfer.Protocols.MatchScore;

/// <summary>Opens the images for a match score.</summary>
public static class MatchImages
{
    /// <summary>
    /// Opens a path: images as for a pre-training; for a folder of images and masks the images of one split, never the masks.
    /// </summary>
    /// <param name="path">A picture; or a folder, a list, COCO annotations, a pack or tars, as in <see cref="ImageSource.Open(string)"/>; or a folder
    /// that <see cref="SegmentationData"/> knows.</param>
    /// <param name="testSplit">The split of a folder of images and masks; null for the one that is usually used for testing, or the only
    /// one.</param>
    /// <exception cref="DataException">There are no such images, or a split is given for images that have none.</exception>
    public static ImageSource Open(string path, string? testSplit = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (string.IsNullOrWhiteSpace(path) || SegmentationFiles.Recognise(Path.GetFullPath(path)) is not { } files)
        {
            return testSplit is null
                ? OpenUnlabelled(path)
                : throw new DataException($"{path} is not a folder of images and masks with splits: there is no split '{testSplit}' in it.");
        }

        string folder = Path.GetFullPath(path),
            splits = string.Join(", ", files.Splits);
        string split =
            testSplit
            ?? files.Test
            ?? (files.Splits is [var only] ? only : null)
            ?? throw new DataException(
                $"{folder} has the splits {splits}, none of which is clearly the one to measure on: "
                + $"name it, or give the folder of its images."
            );
        if (!files.Splits.Contains(split, StringComparer.Ordinal))
        {
            throw new DataException($"{folder} has no split '{split}', but {splits}.");
        }

        // In the general layout, what lies beside the images need not be masks, because labels are not read.
        return files.Layout is SegmentationLayout.Folders
            ? ImageSource.Open(FoldersLayout.ImagesOf(folder, split))
            : ImageSource.Of(
                folder,
                $"of the split {split} of {folder} ({files.Layout})",
                files.Images(split).Select(image => image.ImagePath));
    }

    private static ImageSource OpenUnlabelled(string path) =>
        File.Exists(path) && PictureTypes.IsReadable(Path.GetExtension(path)) && Path.GetFullPath(path) is var file
            ? ImageSource.Of(Path.GetDirectoryName(file)!, $"({Path.GetFileName(file)})", [file])
            : ImageSource.Open(path);

    /// <summary>Opens several paths as one source.</summary>
    /// <param name="paths">At least one, each as in <see cref="Open(string, string?)"/>; none twice.</param>
    /// <param name="testSplit">The split, if they are folders of images and masks.</param>
    /// <exception cref="DataException">There is none, one is given twice, or one cannot be opened.</exception>
    public static ImageSource Open(IReadOnlyList<string> paths, string? testSplit = null) =>
        ImageSource.Open(paths, path => Open(path, testSplit));
}
