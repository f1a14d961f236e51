using DenseCL.Images;
using DenseCL.Images.Operations;
using DenseCL.Images.Png;
using DenseCL.Images.Rows;
using DenseCL.Recipes;
using SkiaSharp;

namespace DenseCL.Tests.Images;

/// <summary>Images that are read row by row have the pixels of those that are decoded as a whole.</summary>
public sealed class RowsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(SKEncodedImageFormat.Png, SKColorType.Rgba8888)]
    [InlineData(SKEncodedImageFormat.Png, SKColorType.Gray8)]
    [InlineData(SKEncodedImageFormat.Jpeg, SKColorType.Rgba8888)]
    [InlineData(SKEncodedImageFormat.Jpeg, SKColorType.Gray8)]
    public void Their_pixels_are_those_of_the_decoder(SKEncodedImageFormat format, SKColorType colour)
    {
        string path = folder["image"];
        using (SKBitmap bitmap = new(new SKImageInfo(61, 47, colour, colour == SKColorType.Gray8 ? SKAlphaType.Opaque : SKAlphaType.Unpremul)))
        {
            new Random(3).NextBytes(bitmap.GetPixelSpan());
            File.WriteAllBytes(path, bitmap.Encode(format, 90).ToArray());
        }

        RgbImage whole = new();
        ImageDecoder.Decode(path, whole, ImageLimits.Default);
        RowImage rows = RowImage.Open(path, new DataOptions(), new RgbImage(), whole: 100);
        Assert.Null(rows.Whole);
        Assert.Equal(whole.Pixels.ToArray(), Read(rows.Rows()));
        Assert.Equal(whole.Pixels.ToArray(), Read(rows.Rows()));      // again, from the top
    }

    [Fact]
    public void They_are_resized_as_the_whole_image_is()
    {
        RgbImage image = new();
        image.Reset(67, 53);
        new Random(5).NextBytes(image.Pixels);
        foreach ((int width, int height) in ((int, int)[])[(20, 17), (67, 53), (100, 90), (1, 1), (67, 11)])
        {
            byte[] expected = new byte[width * height * 3];
            Resample.ResizedCrop(image, 0, 0, 67, 53, expected, width, height, new Scratch());
            Assert.Equal(expected, Read(new ResampledRows(new DecodedRows(image), width, height)));
        }
    }

    [Fact]
    public void What_is_written_by_rows_is_read_by_Skia()
    {
        byte[] pixels = new byte[40 * 30 * 3], numbers = [.. Enumerable.Range(0, 40 * 30).Select(i => (byte)(i % 3))];
        new Random(1).NextBytes(pixels);
        Write(folder["rgb.png"], file => PngRowWriter.Rgb(file, 40, 30), pixels, 120);
        Write(folder["mask.png"], file => PngRowWriter.Palette(file, 40, 30, [0, 0, 0, 128, 0, 0, 0, 128, 0]), numbers, 40);
        RgbImage read = new();
        ImageDecoder.Decode(folder["rgb.png"], read, ImageLimits.Default);
        Assert.Equal(pixels, read.Pixels.ToArray());
        ImageDecoder.Decode(folder["mask.png"], read, ImageLimits.Default);
        Assert.Equal([128, 0, 0], read.Pixels.Slice(3, 3).ToArray());
        using PngRows again = PngRows.Open(folder["mask.png"], 1, [], numbers: true)!;
        Assert.Equal(numbers, Read(again));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    public void A_truncated_file_is_refused(SKEncodedImageFormat format)
    {
        using SKBitmap bitmap = new(200, 200);
        new Random(3).NextBytes(bitmap.GetPixelSpan());
        byte[] bytes = bitmap.Encode(format, 90).ToArray();
        File.WriteAllBytes(folder["image"], bytes[..(bytes.Length / 2)]);
        RowImage rows = RowImage.Open(folder["image"], new DataOptions(), new RgbImage(), whole: 100);
        Assert.Throws<ImageException>(() => Read(rows.Rows()));
    }

    private static byte[] Read(PixelRows rows)
    {
        using (rows)
        {
            byte[] all = new byte[rows.RowBytes * rows.Height];
            for (int y = 0; y < rows.Height; y++)
            {
                rows.Read(all.AsSpan(y * rows.RowBytes, rows.RowBytes));
            }

            return all;
        }
    }

    private static void Write(string path, Func<Stream, PngRowWriter> writer, byte[] pixels, int rowBytes)
    {
        using FileStream file = File.Create(path);
        using PngRowWriter rows = writer(file);
        for (int at = 0; at < pixels.Length; at += rowBytes)
        {
            rows.Write(pixels.AsSpan(at, rowBytes));
        }

        rows.End();
    }
}
