using System.Globalization;
using System.Text.Json;
using DenseCL.Data.Scenes;
using SkiaSharp;

namespace DenseCL.Tests.Data.Scenes;

public sealed class SceneDatasetTests : IDisposable
{
    private static readonly SceneOptions Small = new() { Width = 64, Height = 48 };
    private readonly string root = Directory.CreateTempSubdirectory("scenes").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Every_file_is_the_same_whatever_the_number_of_threads()
    {
        string one = Path.Combine(root, "one"), three = Path.Combine(root, "three");
        SceneDataset.Write(one, Small, 70, 11, threads: 1, cancellationToken: TestContext.Current.CancellationToken);
        SceneDataset.Write(three, Small, 70, 11, threads: 3, cancellationToken: TestContext.Current.CancellationToken);

        string[] files = FilesOf(one);
        Assert.Equal((3 * 70) + 2, files.Length);
        Assert.Equal(files, FilesOf(three));
        Assert.All(files, f => Assert.True(
            File.ReadAllBytes(Path.Combine(one, f)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(three, f))), f));
    }

    [Fact]
    public void The_files_hold_what_the_renderer_renders()
    {
        string folder = Path.Combine(root, "set");
        SceneDataset.Write(folder, Small, 3, 12, threads: 2, cancellationToken: TestContext.Current.CancellationToken);
        for (int i = 0; i < 3; i++)
        {
            Scene scene = SceneRenderer.Render(Small, 12, i);
            Assert.Equal(scene.Pixels, Decode(folder, "images", i, colourType: 2, SKColorType.Rgba8888, 3));
            Assert.Equal(scene.ClassMask, Decode(folder, "masks", i, colourType: 0, SKColorType.Gray8, 1));
            Assert.Equal(scene.InstanceMask, Decode(folder, "instances", i, colourType: 0, SKColorType.Gray8, 1));
        }

        Assert.Equal(SceneClasses.Names, File.ReadAllLines(Path.Combine(folder, "classes.txt")));
    }

    [Fact]
    public void The_annotations_are_sound_COCO_and_their_run_lengths_decode_to_the_instance_masks()
    {
        string folder = Path.Combine(root, "set");
        SceneDataset.Write(folder, Small, 20, 13, threads: 2, cancellationToken: TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "annotations.json")));
        JsonElement images = json.RootElement.GetProperty("images"), categories = json.RootElement.GetProperty("categories");
        Assert.Equal(Enumerable.Range(1, 20), images.EnumerateArray().Select(i => i.GetProperty("id").GetInt32()));
        Assert.Equal(
            SceneClasses.Names.Skip(1).Select((name, i) => (i + 1, (string?)name)),
            categories.EnumerateArray().Select(c => (c.GetProperty("id").GetInt32(), c.GetProperty("name").GetString())));

        var byImage = json.RootElement.GetProperty("annotations").EnumerateArray().ToLookup(a => a.GetProperty("image_id").GetInt32());
        Assert.Equal(
            Enumerable.Range(1, byImage.Sum(g => g.Count())),
            byImage.SelectMany(g => g).Select(a => a.GetProperty("id").GetInt32()));
        foreach (JsonElement image in images.EnumerateArray())
        {
            int id = image.GetProperty("id").GetInt32(),
                width = image.GetProperty("width").GetInt32(),
                height = image.GetProperty("height").GetInt32();
            Assert.True(File.Exists(Path.Combine(folder, "images", image.GetProperty("file_name").GetString()!)));
            byte[] instances = Decode(folder, "instances", id - 1, 0, SKColorType.Gray8, 1),
                classes = Decode(folder, "masks", id - 1, 0, SKColorType.Gray8, 1);
            byte[] drawn = new byte[width * height];
            int number = 0;
            foreach (JsonElement a in byImage[id])
            {
                number++;
                bool[] mask = DecodeRuns(a.GetProperty("segmentation"), width, height);
                var inside = Enumerable.Range(0, mask.Length).Where(p => mask[p]).ToArray();
                Assert.All(inside, p => drawn[p] = (byte)number);
                Assert.All(inside, p => Assert.Equal(a.GetProperty("category_id").GetInt32(), classes[p]));
                Assert.Equal(inside.Length, a.GetProperty("area").GetInt32());
                Assert.Equal(0, a.GetProperty("iscrowd").GetInt32());
                int left = inside.Min(p => p % width), top = inside.Min(p => p / width);
                int[] box = [left, top, inside.Max(p => p % width) - left + 1, inside.Max(p => p / width) - top + 1];
                Assert.Equal(box, a.GetProperty("bbox").EnumerateArray().Select(v => v.GetInt32()));
            }

            Assert.Equal(instances, drawn);
        }
    }

    [Fact]
    public void Run_lengths_go_down_the_columns_and_begin_with_zeros()
    {
        // Columns of the 2 × 3 mask: (1 1) (0 1) (0 0).
        Assert.Equal([0, 2, 1, 1, 2], CocoRuns.Encode([9, 0, 0, 9, 9, 0], width: 3, instance: 9));
        Assert.Equal([6], CocoRuns.Encode(new byte[6], width: 3, instance: 9));
    }

    [Fact]
    public void A_folder_with_content_is_refused_and_kept()
    {
        string file = Path.Combine(root, "mine.txt");
        File.WriteAllText(file, "mine");
        var error = Assert.Throws<IOException>(
            () => SceneDataset.Write(root, Small, 1, 0, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("not empty", error.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(file));
    }

    [Fact]
    public void A_cancelled_run_leaves_nothing()
    {
        string folder = Path.Combine(root, "set");
        using CancellationTokenSource source = new();
        Stopper stopper = new(source);
        Assert.ThrowsAny<OperationCanceledException>(() => SceneDataset.Write(folder, Small, 500, 0, 1, stopper, source.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));
    }

    [Fact]
    public void An_empty_folder_is_filled()
    {
        string folder = Directory.CreateDirectory(Path.Combine(root, "empty")).FullName;
        SceneDataset.Write(folder + Path.DirectorySeparatorChar, Small, 1, 0, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(5, FilesOf(folder).Length);
        Assert.Equal(["empty"], Directory.EnumerateFileSystemEntries(root).Select(f => Path.GetFileName(f)!), StringComparer.Ordinal);
    }

    private static string[] FilesOf(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).Order(StringComparer.Ordinal)];

    private static byte[] Decode(string folder, string part, int index, int colourType, SKColorType decodeAs, int channels)
    {
        byte[] png = File.ReadAllBytes(Path.Combine(folder, part, index.ToString("D6", CultureInfo.InvariantCulture) + ".png"));

        // The header chunk of PNG (RFC 2083, 4.1.1): bit depth at byte 24, colour type at byte 25 (0 grey, 2 RGB).
        Assert.Equal((8, colourType), (png[24], png[25]));
        using SKBitmap bitmap = SKBitmap.Decode(png, new SKImageInfo(Small.Width, Small.Height, decodeAs, SKAlphaType.Opaque));
        byte[] pixels = new byte[Small.Width * Small.Height * channels];
        for (int p = 0; p < Small.Width * Small.Height; p++)
        {
            int at = (p / Small.Width * bitmap.RowBytes) + (p % Small.Width * bitmap.BytesPerPixel);
            bitmap.GetPixelSpan().Slice(at, channels).CopyTo(pixels.AsSpan(p * channels));
        }

        return pixels;
    }

    /// <summary>Written from the COCO API's description of run lengths, not from the encoder.</summary>
    private static bool[] DecodeRuns(JsonElement segmentation, int width, int height)
    {
        Assert.Equal([height, width], segmentation.GetProperty("size").EnumerateArray().Select(v => v.GetInt32()));
        List<bool> columns = [];
        bool value = false;
        foreach (JsonElement run in segmentation.GetProperty("counts").EnumerateArray())
        {
            columns.AddRange(Enumerable.Repeat(value, run.GetInt32()));
            value = !value;
        }

        Assert.Equal(width * height, columns.Count);
        return [.. Enumerable.Range(0, width * height).Select(p => columns[(p % width * height) + (p / width)])];
    }

    private sealed class Stopper(CancellationTokenSource source) : IProgress<int>
    {
        public void Report(int value) => source.Cancel();
    }
}
