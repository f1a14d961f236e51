using DenseCL.Images.Png;
using DenseCL.Recipes;
using SkiaSharp;

namespace DenseCL.Images.Rows;

/// <summary>An image file whose rows can be read from the top, as often as needed. A small image is decoded once and kept.</summary>
internal sealed class RowImage
{
    /// <summary>Images of at most so many pixels are decoded as a whole.</summary>
    public const long WholePixels = 1 << 24;

    private readonly Func<PixelRows> open;

    private RowImage(int width, int height, Func<PixelRows> open) => (Width, Height, this.open) = (width, height, open);

    /// <summary>Width in pixels as displayed.</summary>
    public int Width { get; }

    /// <summary>Height in pixels as displayed.</summary>
    public int Height { get; }

    /// <summary>The image, if it is in memory.</summary>
    public RgbImage? Whole { get; private init; }

    /// <summary>Opens an image.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reading">The channels and the depth that it is decoded to.</param>
    /// <param name="into">Memory for a small image.</param>
    /// <param name="whole">Images of at most so many pixels are decoded as a whole.</param>
    /// <exception cref="ImageException">It cannot be read, or it is large and of a kind that has to be decoded as a whole.</exception>
    public static RowImage Open(string path, DataOptions reading, RgbImage into, long whole = WholePixels)
    {
        (ImageFormat format, ImageHeader size, int orientation, bool rows) = Head(path, reading.Channels);
        ImageLimits limits = new() { MinSide = 1, Channels = reading.Channels, MaxFileBytes = 1 << 30, MaxPixels = Math.Max(whole, ImageLimits.Default.MaxPixels) };
        bool large = (long)size.Width * size.Height > whole;
        if (large && rows)
        {
            if ((long)size.Width * size.Height > int.MaxValue)
            {
                throw new ImageException($"{size.Width} × {size.Height} pixels are more than the limit of {int.MaxValue}: cut the image into parts");
            }

            if (format == ImageFormat.Png && OpenPng() is { } png)
            {
                png.Dispose();
                return new RowImage(size.Width, size.Height, () => OpenPng()!);
            }

            if (format == ImageFormat.Jpeg)
            {
                return new RowImage(size.Width, size.Height, () => JpegRows.Open(path, reading.Channels));
            }
        }

        try
        {
            ImageDecoder.Decode(path, into, limits, reading.Depth);
        }
        catch (ImageException e) when ((long)size.Width * size.Height > limits.MaxPixels)
        {
            string kind = orientation != 1 ? "an image that is stored turned (EXIF)" : format == ImageFormat.Png ? "an interlaced PNG" : $"a {format} file";
            throw new ImageException($"{size.Width} × {size.Height} pixels are too many for {kind}, which is decoded as a whole: save it as a plain PNG or JPEG", e);
        }

        return new RowImage(into.Width, into.Height, () => new DecodedRows(into)) { Whole = into };

        PngRows? OpenPng()
        {
            (int black, int white) = reading.Depth.Range(16);
            return PngRows.Open(path, reading.Channels, SampleTable.Of(black, white));
        }
    }

    /// <summary>The rows, from the top.</summary>
    /// <exception cref="ImageException">The file cannot be read.</exception>
    public PixelRows Rows() => open();

    /// <summary>Format, size as displayed, EXIF orientation, and whether rows can be read in the order in which they are displayed.</summary>
    private static (ImageFormat Format, ImageHeader Size, int Orientation, bool Rows) Head(string path, int channels)
    {
        byte[] head = ImageFile.Guard(() =>
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            byte[] bytes = new byte[Math.Min(file.Length, 1 << 18)];
            file.ReadExactly(bytes);
            return bytes;
        });
        ImageFormat format = EncodedImage.Recognise(head);
        if (format == ImageFormat.Png)
        {
            using MemoryStream stream = new(head);
            PngHead png = PngHead.Read(head);
            PngHeader header;
            try
            {
                header = PngHeader.Read(stream);
            }
            catch (EndOfStreamException e)
            {
                throw new ImageException("the head of the Png file is damaged or cut off", e);
            }

            return (format, Orientation.Seen(png.Orientation, header.Width, header.Height), png.Orientation, png.Orientation == 1 && !png.Animated && Gives(png.Grey));
        }

        if (format == ImageFormat.Jpeg)
        {
            using SKFileStream stream = new(path);
            using SKCodec codec = SKCodec.Create(stream) ?? throw new ImageException("the head of the Jpeg file is damaged or cut off");
            int orientation = (int)codec.EncodedOrigin;
            return (format, Orientation.Seen(orientation, codec.Info.Width, codec.Info.Height), orientation, orientation == 1 && Gives(codec.Info.ColorType == SKColorType.Gray8));
        }

        return (format, ImageDecoder.ReadHeader(path, new ImageLimits { MinSide = 1, MaxPixels = 500_000_000, MaxFileBytes = 1 << 30 }), 1, false);

        bool Gives(bool grey) => channels == DataOptions.Rgb || (channels == 1 && grey);
    }
}
