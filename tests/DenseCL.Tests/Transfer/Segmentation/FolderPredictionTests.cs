using System.Text.Json;
using DenseCL.Images;
using DenseCL.Images.Rows;
using DenseCL.Platform;
using DenseCL.Transfer.Segmentation;
using DenseCL.Transfer.Segmentation.Models;
using DenseCL.Transfer.Segmentation.Prediction;
using DenseCL.Weights.Formats;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Segmentation;

public sealed class FolderPredictionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_small_image_is_predicted_as_in_the_evaluation()
    {
        using SegmentationModel model = Model();
        Picture("a/x y.png", 90, 70);
        Picture("a/x y.jpg", 60, 80);
        Picture("b.jpg", 100, 64);
        File.WriteAllText(folder["images/broken.png"], "no image");
        PredictionSummary summary = FolderPrediction.Write(
            model, PredictionSource.Open([folder["images"]]), folder["out"], new PredictionOptions { Confidence = true, Polygons = true }, null, TestContext.Current.CancellationToken);
        Assert.Equal(["a/x y.jpg", "a/x y.png", "b"], summary.Images.Select(image => image.Name).Order(StringComparer.Ordinal));
        Assert.Contains("broken.png", Assert.Single(summary.Skipped.Entries).File, StringComparison.Ordinal);
        using SegmentationPredictor predictor = new(model.Network, model.Options with { Precision = Precision.Fp32 }, model.Reading, CPU);
        foreach (PredictedImage image in summary.Images)
        {
            RgbImage pixels = new();
            ImageDecoder.Decode(image.Path, pixels, new ImageLimits { MinSide = 1 });
            byte[] expected = predictor.Classes(pixels, TestContext.Current.CancellationToken);
            Assert.Equal(expected, Mask(image));
            Assert.Equal(Enumerable.Range(0, RandomModel.Classes.Length).Select(k => (long)expected.Count(found => found == k)), image.Pixels);
            Assert.True(File.Exists(folder["out/overlays", image.Name + ".png"]));
            Assert.True(File.Exists(folder["out/confidence", image.Name + ".png"]));
        }

        Assert.Equal(RandomModel.Classes, File.ReadAllLines(folder["out/classes.txt"]));
        Assert.Equal(1 + (3 * RandomModel.Classes.Length), File.ReadAllLines(folder["out/areas.csv"]).Length);
        JsonElement areas = JsonDocument.Parse(File.ReadAllText(folder["out/areas.json"])).RootElement;
        Assert.All(areas.GetProperty("images").EnumerateArray(), image => Assert.Equal(1, image.GetProperty("shares").EnumerateArray().Sum(share => share.GetDouble()), 9));
        JsonElement polygons = JsonDocument.Parse(File.ReadAllText(folder["out/polygons.json"])).RootElement;
        Assert.Equal(summary.Images.Sum(image => image.Pixels.Sum()), polygons.GetProperty("annotations").EnumerateArray().Sum(one => one.GetProperty("area").GetInt64()));
        Assert.Single(File.ReadAllLines(folder["out/skipped.jsonl"]));
        Assert.Empty(Directory.GetFiles(folder["out"], "*.partial", SearchOption.AllDirectories));
    }

    [Fact]
    public void The_exported_file_predicts_the_same()
    {
        using SegmentationModel model = Model();
        ModelExport.Write(model, folder["model.onnx"], new ModelExportOptions { Format = WeightFormat.Onnx, Normalise = true, Argmax = true });
        using SegmentationModel read = SegmentationModel.Open(folder["model.onnx"]);
        Picture("a.png", 90, 70);
        PredictionSource source = PredictionSource.Open([folder["images/a.png"]]);
        PredictedImage ours = FolderPrediction.Write(model, source, folder["out"], new(), null, TestContext.Current.CancellationToken).Images[0];
        byte[] mask = Mask(ours);
        FolderPrediction.Write(read, source, folder["again"], new(), null, TestContext.Current.CancellationToken);
        Directory.Delete(folder["out"], recursive: true);
        Directory.Move(folder["again"], folder["out"]);
        Assert.Equal(mask, Mask(ours));
    }

    [Fact]
    public void Tiles_give_what_the_whole_image_gives()
    {
        // A network whose logits at a position depend on its pixels alone: seams would be the only difference.
        RgbImage image = new();
        image.Reset(700, 520);
        new Random(2).NextBytes(image.Pixels);
        using Tensor whole = Means(image.Pixels.ToArray(), 520, 700);
        using TiledLogits tiles = new(Means, new DecodedRows(image), tile: 256, stride: 4);
        Assert.Equal(130, tiles.Height);
        int row = 0;
        for (int part = 0; part < tiles.Parts; part++)
        {
            tiles.Next(row, TestContext.Current.CancellationToken);
            using DisposeScope scope = NewDisposeScope();
            Tensor expected = whole.narrow(2, row, tiles.Finished - row), given = tiles.Band.narrow(2, row - tiles.First, tiles.Finished - row);
            Assert.InRange((expected - given).abs().max().item<float>(), 0, 1e-4f);
            row = tiles.Finished;
        }

        Assert.Equal(130, row);
    }

    private static Tensor Means(byte[] pixels, int height, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = tensor(pixels, ScalarType.Byte).reshape(1, height, width, 3).permute(0, 3, 1, 2).to(ScalarType.Float32);
        return nn.functional.avg_pool2d(image, 4).MoveToOuterDisposeScope();
    }

    private byte[] Mask(PredictedImage image)
    {
        using PngRows rows = PngRows.Open(folder["out/masks", image.Name + ".png"], 1, [], numbers: true)!;
        byte[] mask = new byte[rows.Width * rows.Height];
        for (int y = 0; y < rows.Height; y++)
        {
            rows.Read(mask.AsSpan(y * rows.Width, rows.Width));
        }

        return mask;
    }

    private SegmentationModel Model() => RandomModel.Create(
        folder["model.safetensors"],
        new SegmentationOptions { Head = HeadKind.Linear, OutputStride = 16, HeadChannels = 64, ShortSide = 64, Test = TestMode.Whole });

    private void Picture(string name, int width, int height)
    {
        string path = folder["images", name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using SKBitmap bitmap = new(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        new Random(width).NextBytes(bitmap.GetPixelSpan());
        File.WriteAllBytes(path, bitmap.Encode(name.EndsWith("png", StringComparison.Ordinal) ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 90).ToArray());
    }
}
