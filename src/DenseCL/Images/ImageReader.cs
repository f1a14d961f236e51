using System.Buffers;
using DenseCL.Images.Jpeg;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;

namespace DenseCL.Images;

/// <summary>
/// Reads the size of an image and then decodes it, or the part that is needed. The fast decoder takes common JPEGs, the general one
/// everything else. Use one instance per thread.
/// </summary>
internal sealed class ImageReader
{
    private readonly JpegDecoder jpeg = new();
    private bool common;

    /// <summary>Decodes a whole file.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="limits">Which images are accepted.</param>
    /// <param name="depth">Which values of more than 8 bits become black and white.</param>
    /// <param name="into">Receives the image; after an exception its content is undefined.</param>
    /// <exception cref="ImageException">The file cannot be used.</exception>
    public void Decode(ReadOnlySpan<byte> file, ImageLimits limits, PixelDepth depth, RgbImage into)
    {
        common = IsCommon(file, limits);
        if (!common || !TryDecodeCommon(file, new PixelArea(0, 0, jpeg.Width, jpeg.Height), 1, into))
            DecodeOther(file, limits, image => TableOf(image, depth), null, 1, 0, into);
    }

    /// <summary>Reads the size of the image as displayed.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="limits">Which images are accepted.</param>
    /// <exception cref="ImageException">The file cannot be used.</exception>
    public ImageHeader ReadHeader(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        common = IsCommon(file, limits);
        return common ? Orientation.Seen(jpeg.Orientation, jpeg.Width, jpeg.Height) : ImageDecoder.ReadHeader(file, limits);
    }

    /// <summary>Decodes a part of the file whose header was read last.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="limits">Which images are accepted.</param>
    /// <param name="depth">Which values of more than 8 bits become black and white.</param>
    /// <param name="wanted">The part, in full-size pixels of the image as displayed.</param>
    /// <param name="reduction">1, 2, 4 or 8: how many pixels may become one, if that saves work.</param>
    /// <param name="margin">Extra pixels of the result around the part, clipped at the image's edges.</param>
    /// <param name="into">Receives the part; after an exception its content is undefined.</param>
    /// <exception cref="ImageException">The file cannot be used. Which files are refused does not depend on the part.</exception>
    public DecodedPart Decode(
        ReadOnlySpan<byte> file,
        ImageLimits limits,
        PixelDepth depth,
        PixelArea wanted,
        int reduction,
        int margin,
        RgbImage into)
    {
        if (common)
        {
            (PixelArea part, DecodedPart decoded) = Reduce(wanted, jpeg.Orientation, jpeg.Width, jpeg.Height, reduction, margin);
            if (TryDecodeCommon(file, part, reduction, into)) return decoded;
        }

        return DecodeOther(file, limits, image => TableOf(image, depth), wanted, reduction, margin, into);
    }

    /// <summary>Decodes a whole file of more than 8 bits with a table of its own.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="limits">Which images are accepted.</param>
    /// <param name="table">What becomes of a sample.</param>
    /// <param name="into">Receives the image; after an exception its content is undefined.</param>
    /// <exception cref="ImageException">The file cannot be used.</exception>
    public static void Decode(ReadOnlySpan<byte> file, ImageLimits limits, byte[] table, RgbImage into) =>
        DecodeOther(file, limits, _ => table, null, 1, 0, into);

    private static byte[] TableOf(EncodedImage image, PixelDepth depth)
    {
        (int black, int white) = image.Bits > 8 ? depth.Range(image.UsedBits) : (0, byte.MaxValue);
        return SampleTable.Of(black, white);
    }

    private bool IsCommon(ReadOnlySpan<byte> file, ImageLimits limits) =>
        limits.Channels == DataOptions.Rgb && jpeg.TryRead(file) && Math.Min(jpeg.Width, jpeg.Height) >= limits.MinSide && (long)jpeg.Width * jpeg.Height <= limits.MaxPixels;

    // The part as stored.
    private bool TryDecodeCommon(ReadOnlySpan<byte> file, PixelArea part, int reduction, RgbImage into)
    {
        if (jpeg.Orientation == 1)
        {
            into.Reset(part.Width, part.Height);
            return jpeg.TryDecode(file, part, reduction, into.Pixels);
        }

        byte[] scratch = ArrayPool<byte>.Shared.Rent(part.Width * part.Height * 3);
        try
        {
            if (!jpeg.TryDecode(file, part, reduction, scratch.AsSpan(0, part.Width * part.Height * 3))) return false;

            Orientation.Apply(jpeg.Orientation, scratch, 3, 3, part with { Left = 0, Top = 0 }, part.Width, into);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private static unsafe DecodedPart DecodeOther(
        ReadOnlySpan<byte> file,
        ImageLimits limits,
        Func<EncodedImage, byte[]> table,
        PixelArea? wanted,
        int reduction,
        int margin,
        RgbImage into)
    {
        fixed (byte* start = file)
        {
            using EncodedImage image = EncodedImage.Open(start, file.Length, limits);
            reduction = image.CanReduce(reduction) ? reduction : 1;
            (int width, int height) = image.Header;
            (PixelArea part, DecodedPart decoded) = Reduce(
                wanted ?? new PixelArea(0, 0, width, height),
                image.Orientation,
                image.StoredWidth,
                image.StoredHeight,
                reduction,
                margin);
            int bytes = image.ScratchBytes(reduction, limits.Channels);
            byte[] scratch = ArrayPool<byte>.Shared.Rent(bytes);
            try
            {
                image.Decode(scratch.AsSpan(0, bytes), reduction, part, table(image), limits.Channels, into);
                return decoded;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(scratch);
            }
        }
    }

    // Converts a part of the full-size image as displayed to the part of the reduced image as stored. Reduced pixels are counted from the
    // stored image's corner: on a mirrored axis, the one that extends beyond the edge comes first.
    private static (PixelArea Part, DecodedPart Decoded) Reduce(
        PixelArea wanted,
        int orientation,
        int storedWidth,
        int storedHeight,
        int reduction,
        int margin)
    {
        (int reducedWidth, int reducedHeight) = (Ceiling(storedWidth, reduction), Ceiling(storedHeight, reduction));
        (int width, int height) = Orientation.Seen(orientation, storedWidth, storedHeight);
        (int columns, int rows) = Orientation.Seen(orientation, reducedWidth, reducedHeight);
        int overLeft = Orientation.MirrorsColumns(orientation) ? (columns * reduction) - width : 0;
        int overTop = Orientation.MirrorsRows(orientation) ? (rows * reduction) - height : 0;
        PixelArea seen = PixelArea.Between(
            (wanted.Left + overLeft) / reduction,
            (wanted.Top + overTop) / reduction,
            Ceiling(wanted.Right + overLeft, reduction),
            Ceiling(wanted.Bottom + overTop, reduction)).Grow(margin, columns, rows);
        return (
            Orientation.Stored(orientation, seen, reducedWidth, reducedHeight),
            new DecodedPart((seen.Left * reduction) - overLeft, (seen.Top * reduction) - overTop, reduction));
    }

    private static int Ceiling(int value, int by) => (value + by - 1) / by;
}
