using System.Globalization;

namespace DenseCL.Transfer.Labelled.Layouts;

/// <summary>COCO-Stuff (Caesar et al., CVPR 2018) with the masks "stuffthingmaps": category id − 1, of 182 ids 171 used.</summary>
internal static class CocoStuffLayout
{
    private static readonly string[] MaskFolders = ["annotations", "stuffthingmaps", "labels"];

    // Ids that COCO dropped before publication, minus one.
    private static readonly byte[] Unused = [11, 25, 28, 29, 44, 65, 67, 68, 70, 82, 90];

    public static SegmentationFiles? Find(string folder)
    {
        string images = new[] { Path.Combine(folder, "images"), folder }.First(place =>
            place == folder || Directory.Exists(Path.Combine(place, "train2017")));
        string? masks = MaskFolders
            .Select(name => Path.Combine(folder, name))
            .FirstOrDefault(place => Directory.Exists(Path.Combine(place, "train2017")));
        if (masks is null || !Directory.Exists(Path.Combine(images, "train2017")))
        {
            return null;
        }

        byte[] used = [.. Enumerable.Range(0, 182).Select(id => (byte)id).Except(Unused)];
        return new SegmentationFiles(
            SegmentationLayout.CocoStuff,
            SegmentationFiles.SplitsIn(images, "train2017", "val2017"),
            "train2017",
            Directory.Exists(Path.Combine(images, "val2017")) ? "val2017" : null,
            () => SegmentationFiles.Fixed(
                [.. used.Select(id => NameOf(folder, id))],
                [.. Enumerable.Range(0, 182).Select(id => (byte)Array.IndexOf(used, (byte)id))]),   // -1 is 255: does not count
            split => SegmentationFiles.Pair(Path.Combine(images, split), Path.Combine(masks, split)));
    }

    /// <summary>COCO-Stuff's own labels.txt has a line <c>ID: NAME</c> for each class.</summary>
    private static string NameOf(string folder, byte id)
    {
        string start = string.Create(CultureInfo.InvariantCulture, $"{id + 1}: "),
            list = Path.Combine(folder, "labels.txt");
        string? line = File.Exists(list)
            ? File.ReadLines(list).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal))
            : null;
        return line is null ? string.Create(CultureInfo.InvariantCulture, $"category {id + 1}") : line[start.Length..].Trim();
    }
}
