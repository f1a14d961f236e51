namespace DenseCL.Transfer.Labelled.Layouts;

/// <summary>Cityscapes (Cordts et al., CVPR 2016): the 19 evaluated classes, from masks of label ids or of training ids.</summary>
internal static class CityscapesLayout
{
    private const string Ids = "_gtFine_labelIds", TrainIds = "_gtFine_labelTrainIds";

    // Label id and name of each training id, in their order; all other ids do not count.
    private static readonly (byte Id, string Name)[] Classes =
    [
        (7, "road"),
        (8, "sidewalk"),
        (11, "building"),
        (12, "wall"),
        (13, "fence"),
        (17, "pole"),
        (19, "traffic light"),
        (20, "traffic sign"),
        (21, "vegetation"),
        (22, "terrain"),
        (23, "sky"),
        (24, "person"),
        (25, "rider"),
        (26, "car"),
        (27, "truck"),
        (28, "bus"),
        (31, "train"),
        (32, "motorcycle"),
        (33, "bicycle"),
    ];

    public static SegmentationFiles? Find(string folder)
    {
        string images = Path.Combine(folder, "leftImg8bit"), masks = Path.Combine(folder, "gtFine");
        if (!Directory.Exists(images) || !Directory.Exists(masks))
        {
            return null;
        }

        IReadOnlyList<string> splits = SegmentationFiles.SplitsIn(images, "train", "val", "test");
        bool trainIds = Directory.EnumerateFiles(masks, $"*{TrainIds}.png", SearchOption.AllDirectories).Any();
        byte[] meanings = trainIds
            ? [.. Enumerable.Range(0, Classes.Length).Select(c => (byte)c)]
            : [.. Enumerable.Range(0, 34).Select(id => (byte)Array.FindIndex(Classes, c => c.Id == id))];     // -1 is 255: does not count
        return new SegmentationFiles(
            SegmentationLayout.Cityscapes,
            splits,
            splits.FirstOrDefault(split => split == "train"),
            splits.FirstOrDefault(split => split == "val"),
            () => SegmentationFiles.Fixed([.. Classes.Select(c => c.Name)], meanings),
            split =>
                SegmentationFiles.Pair(Path.Combine(images, split), Path.Combine(masks, split), "_leftImg8bit", trainIds ? TrainIds : Ids));
    }
}
