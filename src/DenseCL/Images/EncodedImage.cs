using System.Buffers.Binary;
using SkiaSharp;

namespace DenseCL.Images;

/// <summary>An image file in memory whose header was read and is within the limits; no pixel is decoded yet.</summary>
internal sealed class EncodedImage : IDisposable
{
    private readonly SKData data;
    private readonly SKCodec codec;

    private EncodedImage(SKData data, SKCodec codec, int orientation) =>
        (this.data, this.codec, Orientation) = (data, codec, orientation);

    /// <summary>The EXIF orientation, 1 to 8.</summary>
    public int Orientation { get; }

    /// <summary>Width in pixels as stored.</summary>
    public int StoredWidth => codec.Info.Width;

    /// <summary>Height in pixels as stored.</summary>
    public int StoredHeight => codec.Info.Height;

    /// <summary>The size of the image as displayed.</summary>
    public ImageHeader Header => Images.Orientation.Seen(Orientation, StoredWidth, StoredHeight);

    /// <summary>Opens the codec that the first bytes of the file call for.</summary>
    /// <param name="file">The file's first byte, at an address that stays valid until this object is disposed.</param>
    /// <param name="length">Bytes in the file.</param>
    /// <param name="limits">Which images are taken.</param>
    /// <exception cref="ImageException">Not an accepted image.</exception>
    public static unsafe EncodedImage Open(byte* file, int length, ImageLimits limits)
    {
        var bytes = new ReadOnlySpan<byte>(file, length);
        ImageFormat format = Recognise(bytes);
        if (format == ImageFormat.WebP && BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) > length - 8)
        {
            throw new ImageException("truncated: the WebP file is shorter than its head says");
        }

        PngHead png = format == ImageFormat.Png ? PngHead.Read(bytes) : new(Animated: false, Orientation: 1);
        SKData memory = SKData.Create((nint)file, length);
        SKCodec? opened = SKCodec.Create(memory);
        if (opened is null)
        {
            memory.Dispose();
            throw new ImageException($"the head of the {format} file is damaged or cut off");
        }

        var image = new EncodedImage(memory, opened, format == ImageFormat.Png ? png.Orientation : (int)opened.EncodedOrigin);
        try
        {
            limits.CheckSize(image.Header);
            if (png.Animated || opened.FrameCount > 1)
            {
                throw new ImageException("animated; only still images are taken");
            }

            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>The format that the first bytes indicate.</summary>
    /// <exception cref="ImageException">Not an accepted format.</exception>
    public static ImageFormat Recognise(ReadOnlySpan<byte> file) =>
        file.IsEmpty ? throw new ImageException("the file is empty")
        : file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? ImageFormat.Jpeg
        : file.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) ? ImageFormat.Png
        : file.StartsWith("RIFF"u8) && file.Length >= 12 && file.Slice(8, 4).SequenceEqual("WEBP"u8) ? ImageFormat.WebP
        : file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8) ? ImageFormat.Gif
        : file.StartsWith("BM"u8) ? ImageFormat.Bmp
        : throw new ImageException("not an image of a known format (JPEG, PNG, WebP, BMP or GIF)");

    /// <summary>Whether the image can be decoded at this reduced size: a JPEG can, with less work.</summary>
    /// <param name="reduction">1, 2, 4 or 8.</param>
    public bool CanReduce(int reduction) =>
        reduction == 1
        || (codec.EncodedFormat == SKEncodedImageFormat.Jpeg && codec.GetScaledDimensions(1f / reduction) == Reduced(reduction));

    /// <summary>Bytes that <see cref="Decode"/> needs for its scratch: four per pixel.</summary>
    public int ScratchBytes(int reduction) => Reduced(reduction).Width * Reduced(reduction).Height * 4;

    /// <summary>Decodes the pixels.</summary>
    /// <param name="scratch"><see cref="ScratchBytes"/> bytes.</param>
    /// <param name="reduction">1, or what <see cref="CanReduce"/> allows.</param>
    /// <param name="part">The requested part, in pixels of the reduced image as stored.</param>
    /// <param name="into">Receives the part as it is displayed.</param>
    /// <exception cref="ImageException">The data are truncated or damaged.</exception>
    public unsafe void Decode(Span<byte> scratch, int reduction, PixelArea part, RgbImage into)
    {
        // No colour space: colours are not converted. Not premultiplied: dropping alpha leaves the colour.
        SKAlphaType alpha = codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
        SKSizeI size = Reduced(reduction);
        var target = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, alpha);
        SKCodecResult result;
        fixed (byte* pixels = scratch)
        {
            result = codec.GetPixels(target, (nint)pixels);
        }

        if (result != SKCodecResult.Success)
        {
            throw new ImageException(result switch
            {
                SKCodecResult.IncompleteInput => "truncated: the file ends before its last pixel",
                SKCodecResult.ErrorInInput or SKCodecResult.InvalidInput => "damaged: its pixels cannot be decoded",
                _ => $"its pixels cannot be decoded ({result})",
            });
        }

        Images.Orientation.Apply(Orientation, scratch, 4, part, size.Width, into);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        codec.Dispose();
        data.Dispose();
    }

    private SKSizeI Reduced(int reduction) => new((StoredWidth + reduction - 1) / reduction, (StoredHeight + reduction - 1) / reduction);
}
