using System.Buffers.Binary;
using System.IO.Compression;
using DenseCL.Images.Png;
using DenseCL.Recipes;

namespace DenseCL.Images.Rows;

/// <summary>The rows of a PNG that is not interlaced. The pixels are those of <see cref="ImageDecoder"/>.</summary>
internal sealed class PngRows : PixelRows
{
    private readonly FileStream file;
    private readonly ZLibStream zlib;
    private readonly PngHeader header;
    private readonly byte[] palette;
    private readonly byte[] table;
    private readonly bool numbers;
    private byte[] row;
    private byte[] before;

    private PngRows(FileStream file, PngHeader header, byte[] palette, uint firstData, int channels, byte[] table, bool numbers)
    {
        (this.file, this.header, this.palette, this.table, this.numbers, Channels) = (file, header, palette, table, numbers, channels);
        (row, before) = (new byte[header.RowBytes + 1], new byte[header.RowBytes + 1]);
        zlib = new ZLibStream(new PngChunks(file, firstData), CompressionMode.Decompress);
    }

    /// <inheritdoc/>
    public override int Width => header.Width;

    /// <inheritdoc/>
    public override int Height => header.Height;

    /// <inheritdoc/>
    public override int Channels { get; }

    /// <summary>Opens a PNG.</summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">3; or 1, for a grey image.</param>
    /// <param name="table">What becomes of a sample of 16 bits; see <see cref="SampleTable"/>.</param>
    /// <param name="numbers">Whether to give the numbers of a palette's colours; <paramref name="channels"/> is 1 then.</param>
    /// <returns>Null if it is interlaced.</returns>
    /// <exception cref="ImageException">The file is damaged.</exception>
    public static PngRows? Open(string path, int channels, byte[] table, bool numbers = false)
    {
        FileStream file = ImageFile.Guard(() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16));
        try
        {
            PngHeader header = PngHeader.Read(file);
            byte[] palette = [];
            while (true)
            {
                (uint length, string kind) = PngHeader.NextChunk(file);
                if (kind == "IDAT")
                {
                    if (header.Interlaced)
                    {
                        file.Dispose();
                        return null;
                    }

                    return header.HasPalette && palette.Length == 0
                        ? throw new ImageException("damaged: the PNG has no palette")
                        : new PngRows(file, header, palette, length, channels, table, numbers);
                }

                if (kind == "PLTE")
                {
                    if (length is 0 or > 768 || length % 3 != 0)
                    {
                        throw new ImageException("damaged: the palette of the PNG has a wrong length");
                    }

                    palette = new byte[length];
                    file.ReadExactly(palette);
                    file.Seek(4, SeekOrigin.Current);
                }
                else
                {
                    file.Seek(length + 4L, SeekOrigin.Current);
                }
            }
        }
        catch (EndOfStreamException e)
        {
            file.Dispose();
            throw new ImageException("truncated: the file ends before its first pixel", e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Read(Span<byte> row)
    {
        try
        {
            zlib.ReadExactly(this.row);
            PngFilter.Undo(this.row[0], this.row.AsSpan(1), before.AsSpan(1), Math.Max(1, header.Samples * header.Bits / 8));
        }
        catch (EndOfStreamException e)
        {
            throw new ImageException("truncated: the file ends before its last pixel", e);
        }
        catch (InvalidDataException e)
        {
            throw new ImageException("damaged: its pixels cannot be decoded", e);
        }

        ReadOnlySpan<byte> bytes = this.row.AsSpan(1);
        if (header is { Samples: 3, Bits: 8 } && Channels == DataOptions.Rgb)
        {
            bytes.CopyTo(row);
        }
        else
        {
            Convert(bytes, row);
        }

        (this.row, before) = (before, this.row);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        zlib.Dispose();
        file.Dispose();
        base.Dispose();
    }

    private void Convert(ReadOnlySpan<byte> bytes, Span<byte> row)
    {
        for (int x = 0; x < Width; x++)
        {
            (byte red, byte green, byte blue) = Pixel(bytes, x);
            if (Channels == DataOptions.Rgb)
            {
                (row[x * 3], row[(x * 3) + 1], row[(x * 3) + 2]) = (red, green, blue);
            }
            else
            {
                row[x] = red;
            }
        }
    }

    private (byte Red, byte Green, byte Blue) Pixel(ReadOnlySpan<byte> bytes, int x)
    {
        if (header.HasPalette)
        {
            int number = Sample(bytes, x), at = Math.Min(number, (palette.Length / 3) - 1) * 3;
            if (numbers)
            {
                return ((byte)number, (byte)number, (byte)number);
            }

            return (palette[at], palette[at + 1], palette[at + 2]);
        }

        byte first = Level(bytes, x * header.Samples);
        return header.Samples < 3
            ? (first, first, first)
            : (first, Level(bytes, (x * header.Samples) + 1), Level(bytes, (x * header.Samples) + 2));
    }

    private byte Level(ReadOnlySpan<byte> bytes, int sample) => header.Bits == 16
        ? table[BinaryPrimitives.ReadUInt16BigEndian(bytes[(sample * 2)..])]
        : (byte)(Sample(bytes, sample) * 255 / ((1 << header.Bits) - 1));

    private int Sample(ReadOnlySpan<byte> bytes, int sample)
    {
        if (header.Bits == 8)
        {
            return bytes[sample];
        }

        int bit = sample * header.Bits;
        return (bytes[bit >> 3] >> (8 - header.Bits - (bit & 7))) & ((1 << header.Bits) - 1);
    }
}
