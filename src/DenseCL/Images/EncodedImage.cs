using DenseCL.Images.Png;
using DenseCL.Images.Tiff;
using DenseCL.Recipes;

namespace DenseCL.Images;

/// <summary>An image file in memory whose header was read and is within the limits; no pixel is decoded yet.</summary>
internal abstract class EncodedImage : IDisposable
{
    /// <summary>Bytes of a file that <see cref="MayBeDeep"/> needs.</summary>
    public const int DeepHeadBytes = 32;

    /// <summary>The EXIF orientation, 1 to 8.</summary>
    public required int Orientation { get; init; }

    /// <summary>Width in pixels as stored.</summary>
    public required int StoredWidth { get; init; }

    /// <summary>Height in pixels as stored.</summary>
    public required int StoredHeight { get; init; }

    /// <summary>Bits of a sample as stored; above 8, <c>data.depth</c> says which 8 bits become of it.</summary>
    public virtual int Bits => 8;

    /// <summary>The bits that are used of them, as far as the file says.</summary>
    public virtual int UsedBits => Bits;

    /// <summary>The channels of the picture: 1 if it is grey, 3 if it has colours; a TIFF may have others.</summary>
    public virtual int Channels => DataOptions.Rgb;

    /// <summary>The size of the image as displayed.</summary>
    public ImageHeader Header => Images.Orientation.Seen(Orientation, StoredWidth, StoredHeight);

    /// <summary>Opens the decoder that the first bytes of the file call for.</summary>
    /// <param name="file">The file's first byte, at an address that stays valid until this object is disposed.</param>
    /// <param name="length">Bytes in the file.</param>
    /// <param name="limits">Which images are taken.</param>
    /// <exception cref="ImageException">Not an accepted image.</exception>
    public static unsafe EncodedImage Open(byte* file, int length, ImageLimits limits)
    {
        var bytes = new ReadOnlySpan<byte>(file, length);
        ImageFormat format = Recognise(bytes);
        EncodedImage image =
            format == ImageFormat.Tiff ? TiffImage.ReadHead(file, length, limits)
            : format == ImageFormat.Png && PngHead.Read(bytes) is { Bits: 16 } head ? DeepPng.ReadHead(head, file, length)
            : SkiaImage.ReadHead(format, file, length);
        try
        {
            limits.CheckSize(image.Header);
            image.RefuseAnimation();
            limits.CheckChannels(image);
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>Whether the first <see cref="DeepHeadBytes"/> bytes are those of a file that may have more than 8 bits a sample.</summary>
    public static bool MayBeDeep(ReadOnlySpan<byte> head) =>
        MayHaveMoreChannels(head)
        || (head.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]) && PngHead.Read(head).Bits > 8);

    /// <summary>Whether the first bytes are those of a file that may have other channels than grey or red, green and blue.</summary>
    public static bool MayHaveMoreChannels(ReadOnlySpan<byte> head) => head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8);

    /// <summary>The format that the first bytes indicate.</summary>
    /// <exception cref="ImageException">Not an accepted format.</exception>
    public static ImageFormat Recognise(ReadOnlySpan<byte> file) =>
        file.IsEmpty ? throw new ImageException("the file is empty")
        : file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? ImageFormat.Jpeg
        : file.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) ? ImageFormat.Png
        : file.StartsWith("RIFF"u8) && file.Length >= 12 && file.Slice(8, 4).SequenceEqual("WEBP"u8) ? ImageFormat.WebP
        : file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8) ? ImageFormat.Gif
        : file.StartsWith("BM"u8) ? ImageFormat.Bmp
        : file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8) ? ImageFormat.Tiff
        : file.StartsWith("II+\0"u8) || file.StartsWith("MM\0+"u8)
            ? throw new ImageException("a BigTIFF; files below 4 GB need not be: save it as a plain TIFF")
        : throw new ImageException("not an image of a known format (JPEG, PNG, WebP, BMP, GIF or TIFF)");

    /// <summary>Whether the image can be decoded at this reduced size: a JPEG can, with less work.</summary>
    /// <param name="reduction">1, 2, 4 or 8.</param>
    public virtual bool CanReduce(int reduction) => reduction == 1;

    /// <summary>Whether it can be decoded to so many channels: to three always, and to its own number.</summary>
    public virtual bool Gives(int channels) => channels == DataOptions.Rgb || channels == Channels;

    /// <summary>Bytes that <see cref="Decode"/> needs for its scratch.</summary>
    public abstract int ScratchBytes(int reduction, int channels);

    /// <summary>Decodes the pixels.</summary>
    /// <param name="scratch"><see cref="ScratchBytes"/> bytes.</param>
    /// <param name="reduction">1, or what <see cref="CanReduce"/> allows.</param>
    /// <param name="part">The requested part, in pixels of the reduced image as stored.</param>
    /// <param name="table">What becomes of a sample of more than 8 bits; see <see cref="SampleTable"/>.</param>
    /// <param name="channels">A number that <see cref="Gives"/> allows.</param>
    /// <param name="into">Receives the part as it is displayed.</param>
    /// <exception cref="ImageException">The data are truncated or damaged.</exception>
    public abstract void Decode(Span<byte> scratch, int reduction, PixelArea part, byte[] table, int channels, RgbImage into);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    /// <summary>Refuses an image of several frames.</summary>
    /// <exception cref="ImageException">It is animated.</exception>
    protected virtual void RefuseAnimation()
    {
    }
}
