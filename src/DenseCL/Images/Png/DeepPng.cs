using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using DenseCL.Recipes;

namespace DenseCL.Images.Png;

/// <summary>A PNG of 16 bits a sample, decoded here: Skia gives only the upper 8 bits.</summary>
internal sealed unsafe class DeepPng : EncodedImage
{
    // Where the pixels of each pass of an interlaced image lie: first column and row, steps across and down.
    private static readonly (int Left, int Top, int Across, int Down)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private readonly byte* file;
    private readonly int length;
    private readonly int samples;
    private readonly bool interlaced;
    private readonly bool animated;

    private DeepPng(byte* file, int length, int samples, bool interlaced, bool animated)
    {
        this.file = file;
        (this.length, this.samples, this.interlaced, this.animated) = (length, samples, interlaced, animated);
    }

    /// <inheritdoc/>
    public override int Bits => 16;

    /// <inheritdoc/>
    public override int Channels => samples < 3 ? 1 : DataOptions.Rgb;

    /// <summary>Reads the header.</summary>
    /// <exception cref="ImageException">It is damaged.</exception>
    public static DeepPng ReadHead(PngHead head, byte* file, int length)
    {
        ReadOnlySpan<byte> bytes = new(file, length);
        ReadOnlySpan<byte> header = bytes.Slice(12, 4).SequenceEqual("IHDR"u8) ? PngData.Chunk(bytes[8..]) : [];
        int samples = header.Length != 13 ? 0 : header[9] switch { 0 => 1, 2 => 3, 4 => 2, 6 => 4, _ => 0 };
        if (samples == 0 || header[10] != 0 || header[11] != 0 || header[12] > 1)
            throw new ImageException("the head of the Png file is damaged or cut off");

        (uint width, uint height) = (BinaryPrimitives.ReadUInt32BigEndian(header), BinaryPrimitives.ReadUInt32BigEndian(header[4..]));
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue)
            throw new ImageException("the head of the Png file is damaged or cut off");

        return new DeepPng(file, length, samples, header[12] == 1, head.Animated)
        {
            Orientation = head.Orientation,
            StoredWidth = (int)width,
            StoredHeight = (int)height,
        };
    }

    /// <inheritdoc/>
    public override int ScratchBytes(int reduction, int channels) => StoredWidth * StoredHeight * 3;

    /// <inheritdoc/>
    public override void Decode(Span<byte> scratch, int reduction, PixelArea part, byte[] table, int channels, RgbImage into)
    {
        int rowBytes = checked(1 + (StoredWidth * samples * 2));
        byte[] row = ArrayPool<byte>.Shared.Rent(rowBytes), before = ArrayPool<byte>.Shared.Rent(rowBytes);
        try
        {
            using PngData data = new(file, length, FirstData());
            using ZLibStream zlib = new(data, CompressionMode.Decompress);
            foreach ((int left, int top, int across, int down) in interlaced ? Adam7 : [(0, 0, 1, 1)])
            {
                int columns = (StoredWidth - left + across - 1) / across;
                if (columns <= 0) continue;

                before.AsSpan(0, rowBytes).Clear();
                for (int y = top; y < StoredHeight; y += down)
                {
                    Span<byte> current = row.AsSpan(0, 1 + (columns * samples * 2));
                    zlib.ReadExactly(current);
                    PngFilter.Undo(current[0], current[1..], before.AsSpan(1, current.Length - 1), samples * 2);
                    Write(current[1..], table, scratch.Slice(y * StoredWidth * 3, StoredWidth * 3), left, across);
                    (row, before) = (before, row);
                }
            }
        }
        catch (EndOfStreamException e)
        {
            throw new ImageException("truncated: the file ends before its last pixel", e);
        }
        catch (InvalidDataException e)
        {
            throw new ImageException("damaged: its pixels cannot be decoded", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(row);
            ArrayPool<byte>.Shared.Return(before);
        }

        Images.Orientation.Apply(Orientation, scratch, 3, channels, part, StoredWidth, into);
    }

    /// <inheritdoc/>
    protected override void RefuseAnimation()
    {
        if (animated) throw new ImageException("animated; only still images are taken");
    }

    private int FirstData()
    {
        ReadOnlySpan<byte> bytes = new(file, length);
        int at = 8;
        while (length - at >= 12 && !bytes.Slice(at + 4, 4).SequenceEqual("IDAT"u8))
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
            if (size > length - at - 12) break;

            at += 12 + (int)size;
        }

        return length - at >= 12 && bytes.Slice(at + 4, 4).SequenceEqual("IDAT"u8)
            ? at
            : throw new ImageException("truncated: the file ends before its first pixel");
    }

    private void Write(ReadOnlySpan<byte> row, byte[] table, Span<byte> into, int left, int across)
    {
        for (int from = 0, to = left * 3; from < row.Length; from += samples * 2, to += across * 3)
        {
            into[to] = table[BinaryPrimitives.ReadUInt16BigEndian(row[from..])];
            (into[to + 1], into[to + 2]) = samples < 3
                ? (into[to], into[to])
                : (table[BinaryPrimitives.ReadUInt16BigEndian(row[(from + 2)..])],
                    table[BinaryPrimitives.ReadUInt16BigEndian(row[(from + 4)..])]);
        }
    }
}
