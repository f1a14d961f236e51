using DenseCL.Data.Scenes;
using DenseCL.Transfer.Features;
using SkiaSharp;

namespace DenseCL.Reports.Pictures;

/// <summary>Small pictures of images, as the network saw them.</summary>
internal static class Thumbnail
{
    private const int JpegQuality = 85;

    /// <summary>A JPEG.</summary>
    /// <param name="image">The image.</param>
    /// <param name="side">Its longer side, in pixels, if the image is not smaller.</param>
    public static byte[] Jpeg(SeenImage image, int side)
    {
        double scale = Math.Min(1, (double)side / Math.Max(image.Width, image.Height));
        using SKBitmap whole = ScenePng.Bitmap(image.Pixels, image.Width, image.Height);
        SKSizeI size = new(Math.Max(1, (int)Math.Round(image.Width * scale)), Math.Max(1, (int)Math.Round(image.Height * scale)));
        using SKBitmap small = whole.Resize(size, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using SKData jpeg = small.Encode(SKEncodedImageFormat.Jpeg, JpegQuality);
        return jpeg.ToArray();
    }
}
