using SkiaSharp;

namespace DenseCL.Data.Scenes;

/// <summary>Writes pixels as PNG: RGB for images, 8-bit grey for masks.</summary>
internal static class ScenePng
{
    public static void WriteRgb(string path, ReadOnlySpan<byte> rgb, int width, int height)
    {
        using SKBitmap bitmap = Bitmap(rgb, width, height);

        // The grain is hard to compress: a higher level takes three times as long for a few per cent.
        Write(path, bitmap, new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, 1));
    }

    /// <summary>RGB pixels in Skia's form; the caller disposes it.</summary>
    public static SKBitmap Bitmap(ReadOnlySpan<byte> rgb, int width, int height)
    {
        SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Rgb888x, SKAlphaType.Opaque));
        Span<byte> target = bitmap.GetPixelSpan();
        for (int p = 0; p < width * height; p++)
        {
            rgb.Slice(p * 3, 3).CopyTo(target[(p * 4)..]);
            target[(p * 4) + 3] = 255;
        }

        return bitmap;
    }

    public static void WriteGrey(string path, ReadOnlySpan<byte> grey, int width, int height)
    {
        using SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        Span<byte> target = bitmap.GetPixelSpan();
        for (int y = 0; y < height; y++)
        {
            grey.Slice(y * width, width).CopyTo(target[(y * bitmap.RowBytes)..]);
        }

        Write(path, bitmap, new SKPngEncoderOptions(SKPngEncoderFilterFlags.NoFilters, 6));
    }

    private static void Write(string path, SKBitmap bitmap, SKPngEncoderOptions options)
    {
        using SKPixmap pixmap = bitmap.PeekPixels();
        using SKData png = pixmap.Encode(options) ?? throw new IOException($"The PNG encoder failed for {path}.");
        using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(png.AsSpan());
    }
}
