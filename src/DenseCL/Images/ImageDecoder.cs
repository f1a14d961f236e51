using DenseCL.Recipes.Settings;

namespace DenseCL.Images;

/// <summary>
/// Decodes JPEG, PNG, TIFF, WebP, BMP and single-frame GIF files to 8-bit RGB. Any error in a file is reported as an <see
/// cref="ImageException"/>.
/// </summary>
/// <remarks>
/// Grey, palette, CMYK and 16-bit images become 8-bit RGB; a <see cref="PixelDepth"/> says which of 16 bits. Of a TIFF of several pages
/// the first is taken. <see cref="ImageLimits.Channels"/> other than 3 give the channels as they are. An alpha channel is dropped, not composited; only the fully transparent pixels
/// of a GIF, which have no colour of their own, become black. Colour profiles and gamma are not applied; the EXIF orientation is. A JPEG
/// whose compressed data were changed but not shortened decodes to wrong pixels, because the format has no checksum.
/// </remarks>
public static class ImageDecoder
{
    private const int HeadBytes = 1 << 18; // enough for nearly every JPEG's header, with its thumbnail and colour profile

    [ThreadStatic]
    private static ImageReader? reader;

    /// <summary>Reads the size of an image without decoding it. Damage after the file's header is not detected.</summary>
    /// <param name="path">The image's file.</param>
    /// <param name="limits">Which images are taken.</param>
    /// <returns>The image's size.</returns>
    /// <exception cref="ImageException">The file cannot be read, is not an image of a known format, is animated, or is outside the
    /// limits.</exception>
    public static ImageHeader ReadHeader(string path, ImageLimits limits)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(limits);
        using ImageFile file = ImageFile.Open(path, limits);
        return ReadHeader(file, limits);
    }

    /// <summary>The same, for an image that is open.</summary>
    internal static ImageHeader ReadHeader(ImageFile file, ImageLimits limits)
    {
        ReadOnlySpan<byte> head = file.Read(HeadBytes);
        try
        {
            // Only the whole file shows whether the first two are animated; a TIFF may have its header anywhere.
            bool whole = EncodedImage.Recognise(head) is ImageFormat.Gif or ImageFormat.WebP or ImageFormat.Tiff;
            return ReadHeader(whole && file.Length > head.Length ? file.Read(file.Length) : head, limits);
        }
        catch (ImageException) when (file.Length > HeadBytes)
        {
            return ReadHeader(file.Read(file.Length), limits);
        }
    }

    /// <summary>Decodes a file.</summary>
    /// <param name="path">The image's file.</param>
    /// <param name="into">Receives the image; after an exception its content is undefined.</param>
    /// <param name="limits">Which images are taken.</param>
    /// <param name="depth">Which values of more than 8 bits become black and white.</param>
    /// <exception cref="ImageException">The file cannot be read, is not an image of a known format, is animated, outside the limits,
    /// truncated or damaged.</exception>
    public static void Decode(string path, RgbImage into, ImageLimits limits, PixelDepth depth = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(limits);
        using ImageFile file = ImageFile.Open(path, limits);
        Decode(file.Read(file.Length), into, limits, depth);
    }

    /// <summary>Decodes a file that is in memory.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="into">Receives the image; after an exception its content is undefined.</param>
    /// <param name="limits">Which images are taken.</param>
    /// <param name="depth">Which values of more than 8 bits become black and white.</param>
    /// <exception cref="ImageException">Not an image of a known format, animated, outside the limits, truncated or damaged.</exception>
    public static void Decode(ReadOnlySpan<byte> file, RgbImage into, ImageLimits limits, PixelDepth depth = default)
    {
        ArgumentNullException.ThrowIfNull(into);
        ArgumentNullException.ThrowIfNull(limits);
        limits.CheckBytes(file.Length);
        (reader ??= new ImageReader()).Decode(file, limits, depth, into);
    }

    /// <summary>Bits of a sample as stored, those that the file says are used, and the channels.</summary>
    internal static unsafe (int Stored, int Used, int Channels) ReadSamples(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        fixed (byte* start = file)
        {
            using EncodedImage image = EncodedImage.Open(start, file.Length, limits);
            return (image.Bits, image.UsedBits, image.Channels);
        }
    }

    /// <summary>The same, for a whole file in memory.</summary>
    internal static unsafe ImageHeader ReadHeader(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        fixed (byte* start = file)
        {
            using EncodedImage image = EncodedImage.Open(start, file.Length, limits);
            return image.Header;
        }
    }
}
