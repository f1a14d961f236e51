using System.Buffers;
using DenseCL.Recipes;

namespace DenseCL.Images.Tiff;

/// <summary>
/// Decodes the strips or tiles of a TIFF of JPEGs with the same decoder as JPEG files, so their pixels are the same too. Each piece is a
/// JPEG of its own without the tables, which the TIFF has once.
/// </summary>
internal sealed unsafe class TiffJpeg
{
    private const byte Start = 0xD8, End = 0xD9;

    private readonly TiffHead head;
    private readonly byte[] start;
    private readonly int channels;
    private readonly RgbImage piece = new();

    private TiffJpeg(TiffHead head, byte[] start, int channels) => (this.head, this.start, this.channels) = (head, start, channels);

    /// <summary>Decodes the picture.</summary>
    /// <param name="head">What it is.</param>
    /// <param name="file">The whole file.</param>
    /// <param name="channels">Channels of a pixel.</param>
    /// <param name="pixels">Receives the pixels as stored, (Height, Width, channels).</param>
    /// <exception cref="ImageException">The data are truncated or damaged.</exception>
    public static void Decode(TiffHead head, ReadOnlySpan<byte> file, int channels, Span<byte> pixels)
    {
        // The marker of Adobe says whether the colours are Y Cb Cr (1) or red green blue (0); otherwise the decoder would guess.
        byte[] adobe = [0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, (byte)(head.Colour == TiffColour.YCbCr ? 1 : 0)];
        ReadOnlySpan<byte> tables = head.JpegTables is { } at ? Inside(file[at]) : [];
        bool colours = head is { Samples: 3, Planar: false };
        new TiffJpeg(head, [0xFF, Start, .. colours ? adobe : [], .. tables], channels).DecodePieces(file, pixels);
    }

    private void DecodePieces(ReadOnlySpan<byte> file, Span<byte> pixels)
    {
        (int across, int down) = head.Pieces;
        int planes = head.Planar && head.KeepsSamples(channels) ? channels : 1;
        for (int i = 0; i < planes * across * down; i++)
        {
            (int plane, int row, int column) = (i / (across * down), i / across % down, i % across);
            (int left, int top) = (column * head.PieceWidth, row * head.PieceHeight);
            (int columns, int rows) = (Math.Min(head.PieceWidth, head.Width - left), Math.Min(head.PieceHeight, head.Height - top));
            DecodePiece(file[head.PlaceOf(i)], rows);
            for (int y = 0; y < rows; y++)
            {
                Copy(
                    piece.Pixels.Slice(y * piece.Width * 3, columns * 3),
                    pixels.Slice((((top + y) * head.Width) + left) * channels, columns * channels),
                    plane);
            }
        }
    }

    // A tile is always whole; the last strip may have the rows that are left or all.
    private void DecodePiece(ReadOnlySpan<byte> data, int rows)
    {
        ReadOnlySpan<byte> own = data.StartsWith((ReadOnlySpan<byte>)[0xFF, Start]) ? data[2..] : data;
        int length = start.Length + own.Length;
        byte[] jpeg = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            start.CopyTo(jpeg, 0);
            own.CopyTo(jpeg.AsSpan(start.Length));
            fixed (byte* at = jpeg)
            {
                using SkiaImage image = SkiaImage.ReadHead(ImageFormat.Jpeg, at, length);
                bool fits = image.StoredWidth == head.PieceWidth
                    && (image.StoredHeight == head.PieceHeight || (head.Tile is null && image.StoredHeight == rows));
                if (!fits) throw new ImageException("damaged: a JPEG in the TIFF has another size");

                int bytes = image.ScratchBytes(1, DataOptions.Rgb);
                byte[] scratch = ArrayPool<byte>.Shared.Rent(bytes);
                try
                {
                    PixelArea whole = new(0, 0, image.StoredWidth, image.StoredHeight);
                    image.DecodeAsStored(scratch.AsSpan(0, bytes), whole, piece);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(scratch);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(jpeg);
        }
    }

    // The pixels of a JPEG always come as red, green and blue; a grey one's are equal.
    private void Copy(ReadOnlySpan<byte> from, Span<byte> into, int plane)
    {
        bool own = head.Planar && head.KeepsSamples(channels);
        (int first, int count) = own ? (plane, 1) : (0, channels);
        for (int i = 0, at = first; i < from.Length; i += 3, at += channels)
            from.Slice(i, count).CopyTo(into[at..]);

        if (head.Colour != TiffColour.GreyFromWhite) return;

        for (int i = first; i < into.Length; i += own ? channels : 1)
            into[i] = (byte)(255 - into[i]);
    }

    // The tables between the marks of the start and the end.
    private static ReadOnlySpan<byte> Inside(ReadOnlySpan<byte> tables) =>
        tables.StartsWith((ReadOnlySpan<byte>)[0xFF, Start]) && tables.EndsWith((ReadOnlySpan<byte>)[0xFF, End])
            ? tables[2..^2]
            : throw new ImageException("damaged: the JPEG tables of the TIFF");
}
