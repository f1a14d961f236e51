using DenseCL.Images;
using SkiaSharp;

namespace DenseCL.Tests.Images.Jpeg;

/// <summary>The independent decoder and encoder: libjpeg-turbo as Skia has it.</summary>
internal static class Skia
{
    /// <summary>The pixels as stored, without orientation, so many times reduced.</summary>
    public static (byte[] Pixels, int Width, int Height) Decode(byte[] file, int reduction = 1)
    {
        using SKData data = SKData.CreateCopy(file);
        using SKCodec codec = SKCodec.Create(data);
        SKSizeI size = reduction == 1 ? codec.Info.Size : codec.GetScaledDimensions(1f / reduction);
        var target = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        Assert.Equal(SKCodecResult.Success, codec.GetPixels(target, out byte[] rgba));
        byte[] rgb = new byte[rgba.Length / 4 * 3];
        for (int i = 0; i < rgb.Length; i++)
            rgb[i] = rgba[(i / 3 * 4) + (i % 3)];
        return (rgb, size.Width, size.Height);
    }

    public static byte[] Encode(RgbImage image, int quality, SKJpegEncoderDownsample sampling)
    {
        using var bitmap = new SKBitmap(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            ReadOnlySpan<byte> pixel = image.Pixels.Slice(i * 3, 3);
            bitmap.SetPixel(i % image.Width, i / image.Width, new SKColor(pixel[0], pixel[1], pixel[2]));
        }

        using var stream = new MemoryStream();
        using SKPixmap pixels = bitmap.PeekPixels();
        Assert.True(pixels.Encode(stream, new SKJpegEncoderOptions(quality, sampling, SKJpegEncoderAlphaOption.Ignore)));
        return stream.ToArray();
    }

    /// <summary>What decoding is without the fast decoder: the pixels, or the words of the refusal.</summary>
    public static unsafe string Verdict(byte[] file, ImageLimits limits, RgbImage into)
    {
        try
        {
            fixed (byte* start = file)
            {
                using EncodedImage image = EncodedImage.Open(start, file.Length, limits);
                image.Decode(new byte[image.ScratchBytes(1, 3)], 1, new PixelArea(0, 0, image.StoredWidth, image.StoredHeight), SampleTable.UpperBytes, 3, into);
                return "";
            }
        }
        catch (ImageException e)
        {
            return e.Message;
        }
    }
}
