namespace DenseCL.Transfer.Labelled.Layouts;

/// <summary>PASCAL VOC 2012, and its augmented training set (Hariharan et al., ICCV 2011) if it is in the same folder.</summary>
internal static class VocLayout
{
    private static readonly string[] Names =
    [
        "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable", "dog", "horse",
        "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
    ];

    // The augmented list first: published figures use it for training.
    private static readonly string[] TrainLists = ["trainaug", "train_aug", "train"];

    public static SegmentationFiles? Find(string folder)
    {
        // The folder itself, or the VOCdevkit around it.
        string root =
            new[] { folder, Path.Combine(folder, "VOC2012"), Path.Combine(folder, "VOCdevkit", "VOC2012") }.FirstOrDefault(place =>
                Directory.Exists(Path.Combine(place, "ImageSets", "Segmentation")))
            ?? folder;
        string lists = Path.Combine(root, "ImageSets", "Segmentation"),
            exact = Path.Combine(root, "SegmentationClass"),
            augmented = exact + "Aug";
        if (!Directory.Exists(lists) || !(Directory.Exists(exact) || Directory.Exists(augmented)))
        {
            return null;
        }

        string[] splits = [.. Directory.GetFiles(lists, "*.txt").Select(list => Path.GetFileNameWithoutExtension(list)!).Order(StringComparer.Ordinal)];
        string? train = TrainLists.FirstOrDefault(splits.Contains);
        return new SegmentationFiles(
            SegmentationLayout.Voc,
            splits,
            train,
            splits.Contains("val") ? "val" : null,
            () => SegmentationFiles.Fixed(Names, [.. Enumerable.Range(0, Names.Length).Select(c => (byte)c)]),
            Images);

        // The augmented masks include those of VOC, but VOC's own are used for testing.
        IReadOnlyList<SegmentationImage> Images(string split)
        {
            string masks =
                Directory.Exists(augmented) && (split.Contains("aug", StringComparison.Ordinal) || !Directory.Exists(exact))
                    ? augmented
                    : exact;
            return SegmentationFiles.Listed(
                Path.Combine(lists, split + ".txt"),
                name => new SegmentationImage(name, Path.Combine(root, "JPEGImages", name + ".jpg"), Path.Combine(masks, name + ".png")));
        }
    }
}
