using DenseCL.Recipes;
using SkiaSharp;

namespace DenseCL.Images.Rows;

/// <summary>The rows of a JPEG. A progressive one needs memory for all its coefficients, about 3 bytes for a pixel.</summary>
internal sealed unsafe class JpegRows : PixelRows
{
    private readonly SKFileStream file;
    private readonly SKCodec codec;
    private readonly byte[] pixels;

    private JpegRows(SKFileStream file, SKCodec codec, int channels) =>
        (this.file, this.codec, Channels, pixels) = (file, codec, channels, new byte[checked(codec.Info.Width * 4)]);

    /// <inheritdoc/>
    public override int Width => codec.Info.Width;

    /// <inheritdoc/>
    public override int Height => codec.Info.Height;

    /// <inheritdoc/>
    public override int Channels { get; }

    /// <summary>Opens a JPEG.</summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">3; or 1, for a grey image.</param>
    /// <exception cref="ImageException">The file cannot be read.</exception>
    public static JpegRows Open(string path, int channels)
    {
        SKFileStream file = new(path);
        if (!file.IsValid || SKCodec.Create(file) is not { } codec)
        {
            file.Dispose();
            throw new ImageException("the head of the Jpeg file is damaged or cut off");
        }

        JpegRows rows = new(file, codec, channels);
        SKCodecResult started = codec.StartScanlineDecode(new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        if (started == SKCodecResult.Success)
        {
            return rows;
        }

        rows.Dispose();
        throw new ImageException($"damaged: its pixels cannot be decoded ({started})");
    }

    /// <inheritdoc/>
    public override void Read(Span<byte> row)
    {
        fixed (byte* start = pixels)
        {
            if (codec.GetScanlines((nint)start, 1, pixels.Length) != 1)
            {
                throw new ImageException("truncated: the file ends before its last pixel");
            }
        }

        if (Channels == DataOptions.Rgb)
        {
            for (int from = 0, to = 0; to < row.Length; from += 4, to += 3)
            {
                (row[to], row[to + 1], row[to + 2]) = (pixels[from], pixels[from + 1], pixels[from + 2]);
            }
        }
        else
        {
            for (int x = 0; x < row.Length; x++)
            {
                row[x] = pixels[x * 4];
            }
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        codec.Dispose();
        file.Dispose();
        base.Dispose();
    }
}
