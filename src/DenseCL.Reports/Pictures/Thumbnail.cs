using DenseCL.Images;
using DenseCL.Images.Operations;
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
        (int width, int height) = (Math.Max(1, (int)Math.Round(image.Width * scale)), Math.Max(1, (int)Math.Round(image.Height * scale)));
        RgbImage whole = new();
        whole.Reset(image.Width, image.Height);
        image.Pixels.CopyTo(whole.Pixels);
        byte[] small = new byte[width * height * 3];
        Resample.ResizedCrop(whole, 0, 0, image.Width, image.Height, small, width, height, new Scratch());
        using SKData jpeg = JpegEncoder.Encode(small, width, height, JpegQuality);
        return jpeg.ToArray();
    }
}
