using DenseCL.Images.Operations;
using SkiaSharp;

namespace DenseCL.Images;

/// <summary>Encodes pixels as JPEG: baseline, colour at half resolution (4:2:0), no metadata.</summary>
internal static class JpegEncoder
{
    private const int MaxSide = 65535; // the format has 16 bits for each

    /// <summary>Encodes an image.</summary>
    /// <param name="pixels">(height, width, 3), RGB.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="quality">1 to 100.</param>
    /// <returns>The file; dispose of it.</returns>
    /// <exception cref="ImageException">A side is longer than the format allows.</exception>
    public static unsafe SKData Encode(ReadOnlySpan<byte> pixels, int width, int height, int quality)
    {
        RgbSpan.Check(pixels, width, height);
        if (Math.Max(width, height) > MaxSide)
        {
            throw new ImageException($"{width} × {height} pixels: a JPEG has at most {MaxSide} a side");
        }

        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        byte[] rgba = GC.AllocateUninitializedArray<byte>(info.BytesSize);
        for (int from = 0, to = 0; from < pixels.Length; from += 3, to += 4)
        {
            pixels.Slice(from, 3).CopyTo(rgba.AsSpan(to));
            rgba[to + 3] = 255;
        }

        fixed (byte* start = rgba)
        {
            using var map = new SKPixmap(info, (nint)start);
            var options = new SKJpegEncoderOptions(quality, SKJpegEncoderDownsample.Downsample420, SKJpegEncoderAlphaOption.Ignore);
            return map.Encode(options) ?? throw new ImageException($"{width} × {height} pixels could not be encoded as JPEG");
        }
    }
}
