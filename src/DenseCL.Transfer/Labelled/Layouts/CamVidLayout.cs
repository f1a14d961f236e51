using DenseCL.Transfer.Labelled.Masks;

namespace DenseCL.Transfer.Labelled.Layouts;

/// <summary>CamVid (Brostow et al., 2009) with the 11 classes and the splits of SegNet (Badrinarayanan et al., 2017).</summary>
internal static class CamVidLayout
{
    private const byte Void = 11;

    private static readonly string[] Splits = ["train", "val", "test"];

    private static readonly string[] Names =
        ["sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car", "pedestrian", "bicyclist"];

    // Its four films. Frames are named after them, so the data set is recognised even in a general layout of folders.
    private static readonly string[] Films = ["0001TP_", "0006R0_", "0016E5_", "Seq05VD_"];

    public static SegmentationFiles? Find(string folder, bool asked)
    {
        Func<string, (string Images, string Masks)> place = Directory.Exists(Path.Combine(folder, "trainannot"))
            ? split => (Path.Combine(folder, split), Path.Combine(folder, split + "annot"))
            : split => (Path.Combine(folder, "images", split), Path.Combine(folder, "labels", split));
        string[] splits = [.. Splits.Where(split => Directory.Exists(place(split).Images) && Directory.Exists(place(split).Masks))];
        bool frames =
            splits.Length > 0
            && (
                asked
                || SegmentationFiles
                    .PicturesIn(place(splits[0]).Images)
                    .All(path => Array.Exists(Films, film => Path.GetFileName(path).StartsWith(film, StringComparison.Ordinal))));
        return !frames
            ? null
            : new SegmentationFiles(
                SegmentationLayout.CamVid,
                splits,
                splits.Contains("train") ? "train" : null,
                splits.Contains("test") ? "test" : null,
                () => SegmentationFiles.Fixed(Names, [.. Enumerable.Range(0, Void).Select(c => (byte)c), LabelMap.Ignore]),
                split => SegmentationFiles.Pair(place(split).Images, place(split).Masks));
    }
}
