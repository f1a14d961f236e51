using System.Buffers.Binary;
using DenseCL.Images.Png;
using DenseCL.Recipes;
using SkiaSharp;

namespace DenseCL.Images;

/// <summary>A JPEG, WebP, BMP, GIF or a PNG of at most 8 bits a sample, which Skia decodes.</summary>
internal sealed class SkiaImage : EncodedImage
{
    private readonly SKData data;
    private readonly SKCodec codec;
    private readonly bool animated;
    private readonly bool grey;

    private SkiaImage(SKData data, SKCodec codec, bool animated, bool grey) =>
        (this.data, this.codec, this.animated, this.grey) = (data, codec, animated, grey);

    /// <inheritdoc/>
    public override int Channels => grey ? 1 : DataOptions.Rgb;

    /// <summary>Opens the codec of a format.</summary>
    /// <exception cref="ImageException">The head of the file is damaged.</exception>
    public static unsafe SkiaImage ReadHead(ImageFormat format, byte* file, int length)
    {
        var bytes = new ReadOnlySpan<byte>(file, length);
        if (format == ImageFormat.WebP && BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) > length - 8)
        {
            throw new ImageException("truncated: the WebP file is shorter than its head says");
        }

        PngHead? png = format == ImageFormat.Png ? PngHead.Read(bytes) : null;
        SKData memory = SKData.Create((nint)file, length);
        SKCodec? opened = SKCodec.Create(memory);
        if (opened is null)
        {
            memory.Dispose();
            throw new ImageException($"the head of the {format} file is damaged or cut off");
        }

        return new SkiaImage(memory, opened, png?.Animated ?? false, png?.Grey ?? opened.Info.ColorType == SKColorType.Gray8)
        {
            Orientation = png?.Orientation ?? (int)opened.EncodedOrigin,
            StoredWidth = opened.Info.Width,
            StoredHeight = opened.Info.Height,
        };
    }

    /// <inheritdoc/>
    public override bool CanReduce(int reduction) =>
        reduction == 1
        || (codec.EncodedFormat == SKEncodedImageFormat.Jpeg && codec.GetScaledDimensions(1f / reduction) == Reduced(reduction));

    /// <inheritdoc/>
    public override int ScratchBytes(int reduction, int channels) => Reduced(reduction).Width * Reduced(reduction).Height * 4;

    /// <inheritdoc/>
    public override void Decode(Span<byte> scratch, int reduction, PixelArea part, byte[] table, int channels, RgbImage into) =>
        Decode(scratch, reduction, part, Orientation, channels, into);

    /// <summary>Decodes the pixels without turning them as the file says.</summary>
    /// <exception cref="ImageException">The data are truncated or damaged.</exception>
    public void DecodeAsStored(Span<byte> scratch, PixelArea part, RgbImage into) => Decode(scratch, 1, part, 1, DataOptions.Rgb, into);

    private unsafe void Decode(Span<byte> scratch, int reduction, PixelArea part, int orientation, int channels, RgbImage into)
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

        Images.Orientation.Apply(orientation, scratch, 4, channels, part, size.Width, into);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        codec.Dispose();
        data.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void RefuseAnimation()
    {
        if (animated || codec.FrameCount > 1) throw new ImageException("animated; only still images are taken");
    }

    private SKSizeI Reduced(int reduction) => new((StoredWidth + reduction - 1) / reduction, (StoredHeight + reduction - 1) / reduction);
}
