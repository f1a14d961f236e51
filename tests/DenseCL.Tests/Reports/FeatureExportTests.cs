using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Recipes;
using DenseCL.Reports.FeatureFiles;
using DenseCL.Tests.Data;
using DenseCL.Transfer.Features;
using DenseCL.Weights;
using Parquet;
using Parquet.Schema;
using SkiaSharp;

namespace DenseCL.Tests.Reports;

public sealed class FeatureExportTests : IDisposable
{
    private const string Hostile = "photos/z/<b>\"q\" & '\u202E\\ ü.png";

    private static readonly BackboneSource Weights = BackboneSource.Untrained(BackboneKind.Resnet18, 1);
    private static readonly FeatureOptions Pooled = new() { Size = 32, Batch = 2, Threads = 2 };
    private static readonly FeatureMapOptions Maps = new() { ShortSide = 64, Stride = 16, Precision = DenseCL.Platform.Precision.Fp32 };

    private readonly TemporaryImages images = new();
    private readonly TemporaryFolder folder = new();

    public FeatureExportTests()
    {
        images.Picture("photos/img10.png", 80, 60, 1);
        images.Picture("photos/img2.png", 60, 90, 2);
        images.Picture(Hostile, 64, 64, 3);
        images.Text("photos/img3.jpg", "no image");
    }

    private ImageSource Source => ImageSource.Open(images.PathOf("photos"));

    public void Dispose()
    {
        images.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_numpy_array_has_the_features_and_its_list_the_images()
    {
        List<ImageFeatures> expected = await Expected(dense: false);
        SkippedImages skipped = Write("f.npy", FeatureFormat.Npy, maps: null);
        byte[] file = File.ReadAllBytes(folder["f.npy"]);
        Assert.Equal([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0], file[..8]);
        int header = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        Assert.Equal(0, (10 + header) % 64);
        Assert.Equal("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 512), }", Encoding.ASCII.GetString(file, 10, header).TrimEnd());
        Assert.Equal(expected.SelectMany(image => image.Values), Floats(file[(10 + header)..]));
        Assert.Equal(expected.Select(image => image.Path), Lines("f.npy.jsonl").Select(line => line.GetProperty("path").GetString()));
        Assert.Equal("img3.jpg", Assert.Single(skipped.Entries).File);
        Assert.Equal("img3.jpg", Assert.Single(Lines("f.npy.skipped.jsonl")).GetProperty("file").GetString());
    }

    [Fact]
    public async Task A_list_of_maps_says_which_rows_are_whose()
    {
        List<ImageFeatures> expected = await Expected(dense: true);
        Write("f.npy", FeatureFormat.Npy, Maps);
        float[] values = Floats(File.ReadAllBytes(folder["f.npy"])[128..]);
        foreach ((JsonElement line, ImageFeatures image) in Lines("f.npy.jsonl").Zip(expected))
        {
            int row = line.GetProperty("row").GetInt32();
            Assert.Equal((image.Height, image.Width), (line.GetProperty("height").GetInt32(), line.GetProperty("width").GetInt32()));
            Assert.Equal(image.Values, values[(row * 512)..((row + (image.Height * image.Width)) * 512)]);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Safetensors_are_read_by_our_own_strict_reader(bool dense)
    {
        List<ImageFeatures> expected = await Expected(dense);
        Write("f.safetensors", FeatureFormat.Safetensors, dense ? Maps : null);
        using WeightFile file = WeightFile.Open(folder["f.safetensors"]);
        file.Verify();
        if (dense)
        {
            Assert.Equal(expected.Select(image => image.Path), file.Keys);
            foreach (ImageFeatures image in expected)
            {
                using TorchSharp.torch.Tensor map = file.Tensor(image.Path);
                Assert.Equal([image.Height, image.Width, image.Channels], map.shape);
                Assert.Equal(image.Values, map.data<float>().ToArray());
            }
        }
        else
        {
            using TorchSharp.torch.Tensor features = file.Tensor("features");
            Assert.Equal(expected.SelectMany(image => image.Values), features.data<float>().ToArray());
            Assert.Equal(expected.Select(image => image.Path), JsonSerializer.Deserialize<string[]>(file.Metadata["paths"]));
        }
    }

    [Fact]
    public void Numpy_and_json_of_python_read_both()
    {
        Write("f.npy", FeatureFormat.Npy, maps: null);
        Write("f.safetensors", FeatureFormat.Safetensors, maps: null);
        JsonElement result = Python.Run(
            """
            import json, struct, sys, numpy
            a = numpy.load(sys.argv[1])
            b = open(sys.argv[2], 'rb').read()
            n = struct.unpack('<Q', b[:8])[0]
            h = json.loads(b[8:8 + n])
            begin, end = h['features']['data_offsets']
            x = numpy.frombuffer(b[8 + n + begin:8 + n + end], '<f4').reshape(h['features']['shape'])
            print(json.dumps({'equal': bool((a == x).all()), 'shape': a.shape, 'all': 8 + n + end == len(b), 'paths': json.loads(h['__metadata__']['paths'])}))
            """,
            folder["f.npy"],
            folder["f.safetensors"]);
        Assert.True(result.GetProperty("equal").GetBoolean() && result.GetProperty("all").GetBoolean(), result.ToString());
        Assert.Equal(Hostile["photos/".Length..], result.GetProperty("paths")[2].GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_parquet_table_has_the_columns_of_embedding_atlas(bool dense)
    {
        List<ImageFeatures> expected = await Expected(dense);
        Write("f.parquet", FeatureFormat.Parquet, dense ? Maps : null);
        byte[] file = File.ReadAllBytes(folder["f.parquet"]);
        Assert.Equal("PAR1", Encoding.ASCII.GetString(file, 0, 4));
        Assert.Equal("PAR1", Encoding.ASCII.GetString(file, file.Length - 4, 4));

        using FileStream stream = File.OpenRead(folder["f.parquet"]);
        await using ParquetReader reader = await ParquetReader.CreateAsync(stream, cancellationToken: TestContext.Current.CancellationToken);
        DataField[] fields = reader.Schema.GetDataFields();
        Assert.Equal(
            dense
                ? ["path", "folder", "row", "column", "vector/list/element"]
                : ["path", "folder", "image/bytes", "image/path", "vector/list/element"],
            fields.Select(field => string.Join('/', field.Path.ToList())));
        Assert.Equal(1, reader.RowGroupCount);
        using ParquetRowGroupReader group = reader.OpenRowGroupReader(0);
        int rows = expected.Sum(image => image.Height * image.Width);
        Assert.Equal(rows, group.RowCount);
        string?[] paths = new string?[rows];
        await group.ReadAsync(fields[0], paths.AsMemory(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(expected.SelectMany(image => Enumerable.Repeat(image.Path, image.Height * image.Width)), paths);
        float[] values = new float[rows * 512];
        int[] repetitions = new int[rows * 512];
        int[] definitions = new int[rows * 512];
        await group.ReadRawAsync<float>(fields[4], values, definitions, repetitions, TestContext.Current.CancellationToken);
        Assert.Equal(expected.SelectMany(image => image.Values), values);
        Assert.Equal(rows, repetitions.Count(level => level == 0));
        if (!dense)
        {
            int[] there = new int[rows];
            var raw = new ReadOnlyMemory<byte>[rows];
            await group.ReadRawAsync<ReadOnlyMemory<byte>>(fields[2], raw, there, null, TestContext.Current.CancellationToken);
            Assert.All(raw, bytes => Assert.Equal([0xFF, 0xD8], bytes[..2].ToArray()));
        }
    }

    [Fact]
    public async Task A_projector_folder_has_a_line_and_a_picture_for_each_image()
    {
        List<ImageFeatures> expected = await Expected(dense: false);
        Write("p", FeatureFormat.Projector, maps: null);
        Assert.Equal(
            ["metadata.tsv", "projector_config.pbtxt", "skipped.jsonl", "sprite.png", "tensors.tsv"],
            Directory.GetFiles(folder["p"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string[] metadata = File.ReadAllText(folder["p", "metadata.tsv"]).TrimEnd('\n').Split('\n');
        Assert.Equal(
            ["path\tfolder", "img2.png\t", "img10.png\t", "z/<b>\"q\" & '\u202E\\\\ ü.png\tz"],
            metadata);
        string[] tensors = File.ReadAllText(folder["p", "tensors.tsv"]).TrimEnd('\n').Split('\n');
        Assert.Equal(
            expected.SelectMany(image => image.Values),
            tensors.SelectMany(line => line.Split('\t')).Select(number => float.Parse(number, System.Globalization.CultureInfo.InvariantCulture)));
        using SKBitmap sprite = SKBitmap.Decode(folder["p", "sprite.png"]);
        Assert.Equal((128, 128), (sprite.Width, sprite.Height));        // 2 × 2 of 64 pixels
        Assert.Contains("single_image_dim: 64", File.ReadAllText(folder["p", "projector_config.pbtxt"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cell_keeps_different_names_different_and_a_line_a_line()
    {
        Assert.Equal(@"a\tb\nc\rd\\e\u0001f\u2028g ü'<", ProjectorFeatures.Cell("a\tb\nc\rd\\e\u0001f\u2028g ü'<"));
        Assert.NotEqual(ProjectorFeatures.Cell("a\tb"), ProjectorFeatures.Cell("a\\tb"));
    }

    [Fact]
    public void Pictures_of_principal_components_have_the_size_of_the_image_and_no_name_leaves_the_folder()
    {
        Write("pictures", FeatureFormat.Pca, Maps);
        var lines = Lines("pictures/index.jsonl");
        Assert.Equal(["img2.png", "img10.png", Hostile["photos/".Length..]], lines.Select(line => line.GetProperty("path").GetString()));
        Assert.Equal("000003-_b__q_________.png.png", lines[2].GetProperty("picture").GetString());
        using SKBitmap picture = SKBitmap.Decode(folder["pictures", lines[0].GetProperty("picture").GetString()!]);
        Assert.Equal((64, 96), (picture.Width, picture.Height));
        Assert.Equal("..__.._etc_x", PcaPictures.Plain("/..\\\0..:etc x"));
    }

    [Fact]
    public void What_is_stopped_leaves_nothing_and_what_is_there_stays()
    {
        File.WriteAllText(folder["f.npy"], "before");
        foreach ((string name, FeatureFormat format) in new[] { ("f.npy", FeatureFormat.Npy), ("f.parquet", FeatureFormat.Parquet), ("f.safetensors", FeatureFormat.Safetensors), ("p", FeatureFormat.Projector), ("pca", FeatureFormat.Pca) })
        {
            using CancellationTokenSource stop = new();
            Assert.ThrowsAny<OperationCanceledException>(() => FeatureExport.Write(
                folder[name], format, Weights, Source, Pooled with { Batch = 1 }, format == FeatureFormat.Pca ? Maps : null, new SkippedImages(), new Stop(stop), stop.Token));
        }

        Assert.Equal(["f.npy"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
        Assert.Equal("before", File.ReadAllText(folder["f.npy"]));
    }

    [Fact]
    public void Images_of_which_none_can_be_used_are_an_error()
    {
        images.Text("bad/a.jpg", "no image");
        DataException error = Assert.Throws<DataException>(() => FeatureExport.Write(
            folder["f.npy"], FeatureFormat.Npy, Weights, ImageSource.Open(images.PathOf("bad")), Pooled, null, new SkippedImages(), stop: TestContext.Current.CancellationToken));
        Assert.StartsWith("None of the 1 images can be used: a.jpg", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private SkippedImages Write(string name, FeatureFormat format, FeatureMapOptions? maps)
    {
        SkippedImages skipped = new();
        FeatureExport.Write(folder[name], format, Weights, Source, Pooled, maps, skipped, stop: TestContext.Current.CancellationToken);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path, "*.partial"));
        return skipped;
    }

    private async Task<List<ImageFeatures>> Expected(bool dense)
    {
        List<ImageFeatures> all = [];
        IAsyncEnumerable<ImageFeatures> stream = dense
            ? FeatureStream.Maps(Weights, Source, Maps, new SkippedImages(), TestContext.Current.CancellationToken)
            : FeatureStream.Pooled(Weights, Source, Pooled, new SkippedImages(), TestContext.Current.CancellationToken);
        await foreach (ImageFeatures image in stream)
        {
            all.Add(image);
        }

        Assert.Equal(["img2.png", "img10.png", Hostile["photos/".Length..]], all.Select(image => image.Path));
        return all;
    }

    private List<JsonElement> Lines(string name) =>
        [.. File.ReadAllLines(folder[name.Split('/')]).Select(line => JsonDocument.Parse(line).RootElement)];

    private static float[] Floats(byte[] bytes) => MemoryMarshal.Cast<byte, float>(bytes).ToArray();

    private sealed class Stop(CancellationTokenSource stop) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => stop.Cancel();
    }
}
