using DenseCL.Data.Scenes;
using DenseCL.Transfer.Labelled;

namespace DenseCL.Tests.Transfer.Labelled;

/// <summary>A folder of small images and masks that a test writes.</summary>
internal sealed class LabelledFolder(int side = 20) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public string Path => folder.Path;

    public string this[params string[] parts] => folder[parts];

    public void Dispose() => folder.Dispose();

    public SegmentationData Open(SegmentationDataOptions options) =>
        SegmentationData.Open(Path, options, TestContext.Current.CancellationToken);

    /// <summary>An image with a pattern of its own.</summary>
    public void Image(string path)
    {
        int start = path.Sum(c => c);
        ScenePng.WriteRgb(Fresh(path), [.. Enumerable.Range(0, side * side * 3).Select(i => (byte)((i * 7) + (i / 50 * start)))], side, side);
    }

    /// <summary>Rows of each value in turn.</summary>
    public void Mask(string path, params byte[] values) =>
        ScenePng.WriteGrey(Fresh(path), [.. Enumerable.Range(0, side * side).Select(p => values[p / side % values.Length])], side, side);

    /// <summary>Rows of each colour in turn.</summary>
    public void Colours(string path, params (byte Red, byte Green, byte Blue)[] colours) => ScenePng.WriteRgb(
        Fresh(path),
        [
            .. Enumerable.Range(0, side * side).Select(p => colours[p / side % colours.Length])
                .SelectMany(colour => new[] { colour.Red, colour.Green, colour.Blue }),
        ],
        side,
        side);

    public void Text(string path, string text) => File.WriteAllText(Fresh(path), text);

    public string Fresh(string path)
    {
        string full = folder[path.Split('/')];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.Delete(full);
        return full;
    }
}
