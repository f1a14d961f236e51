using System.Buffers.Binary;
using System.IO.Compression;
using DenseCL.Data;
using DenseCL.Images;
using DenseCL.Platform;

namespace DenseCL.Transfer.Labelled.Masks;

/// <summary>
/// Reads a PNG whose pixels are numbers (grey values, or the indices of a palette as in PASCAL VOC) or exact colours. Image libraries
/// return the colours of the palette, from which the indices cannot always be recovered.
/// </summary>
/// <remarks>
/// PNG specification, third edition: https://www.w3.org/TR/png-3/. Checksums are not compared; the size and every length are checked before
/// memory is allocated.
/// </remarks>
internal static class MaskFile
{
    private const int Grey = 0, Rgb = 2, Palette = 3, GreyAlpha = 4, Rgba = 6;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads only the size.</summary>
    /// <exception cref="DataException">The file is not a mask.</exception>
    public static ImageHeader ReadHeader(string path, ImageLimits limits)
    {
        using FileStream file = Open(path, limits);
        return Header(path, file, limits).Size;
    }

    /// <summary>Reads the pixels of a mask. A transparency is ignored.</summary>
    /// <exception cref="DataException">The file is not a mask, is damaged or is larger than the limits.</exception>
    public static MaskPixels Read(string path, ImageLimits limits)
    {
        using FileStream file = Open(path, limits);
        Head head = Header(path, file, limits);
        try
        {
            using ZLibStream pixels = new(new MemoryStream(Data(path, file)), CompressionMode.Decompress);
            return Pixels(path, pixels, head);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Damaged(path, "its pixels end early or cannot be unpacked", e);
        }
    }

    private static FileStream Open(string path, ImageLimits limits)
    {
        try
        {
            RegularFile.Require(path);
            FileStream file = File.OpenRead(path);
            if (file.Length <= limits.MaxFileBytes)
            {
                return file;
            }

            file.Dispose();
            throw new DataException($"The mask {path} has {file.Length} bytes, more than the {limits.MaxFileBytes} that are read.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The mask {path} cannot be read: {e.Message}", e);
        }
    }

    private static Head Header(string path, FileStream file, ImageLimits limits)
    {
        Span<byte> start = stackalloc byte[33]; // signature, and the chunk IHDR
        if (
            file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length
            || !start[..8].SequenceEqual(Signature)
            || !start[12..16].SequenceEqual("IHDR"u8))
        {
            throw new DataException(
                $"The mask {path} is not a PNG: masks contain an exact value for each pixel, "
                + $"and must be PNG files of grey values, of a palette, or of colours."
            );
        }

        uint width = BinaryPrimitives.ReadUInt32BigEndian(start[16..]), height = BinaryPrimitives.ReadUInt32BigEndian(start[20..]);
        (int depth, int colour, int interlace) = (start[24], start[25], start[28]);
        if (width == 0 || height == 0 || (ulong)width * height > (ulong)limits.MaxPixels)
        {
            throw new DataException($"The mask {path} is {width} × {height}; at most {limits.MaxPixels} pixels are read.");
        }

        if (depth == 16)
        {
            throw new DataException($"The mask {path} has 16 bits a pixel: masks of classes have 8 (is it one of instances?).");
        }

        if (interlace != 0)
        {
            throw new DataException($"The mask {path} is interlaced: save it without.");
        }

        int samples = colour switch { Grey or Palette => 1, GreyAlpha => 2, Rgb => 3, Rgba => 4, _ => throw Damaged(path, $"its colour type is {colour}") };
        bool possible = depth == 8 || (samples == 1 && depth is 1 or 2 or 4);
        return possible
            ? new Head(new ImageHeader((int)width, (int)height), depth, samples, colour == Palette)
            : throw Damaged(path, $"it has {depth} bits a sample");
    }

    /// <summary>The compressed pixels of all IDAT chunks. The position in the file must be after the header.</summary>
    private static byte[] Data(string path, FileStream file)
    {
        using MemoryStream data = new();
        Span<byte> chunk = stackalloc byte[8];
        while (true)
        {
            if (file.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false) < chunk.Length)
            {
                throw Damaged(path, "it ends before its last chunk");
            }

            uint length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (length > file.Length - file.Position - 4)
            {
                throw Damaged(path, $"a chunk at byte {file.Position - 8} claims {length} bytes, more than the file has");
            }

            if (chunk[4..].SequenceEqual("IEND"u8))
            {
                return data.ToArray();
            }

            if (chunk[4..].SequenceEqual("IDAT"u8))
            {
                byte[] part = new byte[length];
                file.ReadExactly(part);
                data.Write(part);
            }
            else
            {
                file.Position += length;
            }

            file.Position += 4;     // the checksum
        }
    }

    private static MaskPixels Pixels(string path, ZLibStream stream, Head head)
    {
        (int width, int height) = head.Size;
        int unit = Math.Max(1, head.Samples * head.Depth / 8), rowBytes = (int)((((long)width * head.Samples * head.Depth) + 7) / 8);
        int channels = head.Samples >= 3 ? 3 : 1;
        byte[] values = new byte[checked(width * height * channels)], row = new byte[rowBytes], above = new byte[rowBytes];
        for (int y = 0; y < height; y++)
        {
            int filter = stream.ReadByte();
            stream.ReadExactly(row);
            Unfilter(path, filter, row, above, unit);
            Span<byte> into = values.AsSpan(y * width * channels, width * channels);
            for (int x = 0; x < width; x++)
            {
                if (channels == 1)
                {
                    into[x] = head.Depth < 8 ? Bits(row, x, head.Depth) : row[x * head.Samples];
                }
                else
                {
                    row.AsSpan(x * head.Samples, 3).CopyTo(into[(x * 3)..]);
                }
            }

            (row, above) = (above, row);
        }

        return new MaskPixels(width, height, channels, head.IsPalette, values);
    }

    private static byte Bits(ReadOnlySpan<byte> row, int x, int depth)
    {
        int bit = x * depth;
        return (byte)((row[bit >> 3] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1));
    }

    /// <summary>Section 9 of the specification: each byte was stored as the difference from a prediction by its neighbours.</summary>
    private static void Unfilter(string path, int filter, Span<byte> row, ReadOnlySpan<byte> above, int unit)
    {
        for (int i = 0; i < row.Length; i++)
        {
            int left = i >= unit ? row[i - unit] : 0, up = above[i], corner = i >= unit ? above[i - unit] : 0;
            row[i] += (byte)(filter switch
            {
                0 => 0,
                1 => left,
                2 => up,
                3 => (left + up) / 2,
                4 => Paeth(left, up, corner),
                _ => throw Damaged(path, $"a row has the filter {filter}"),
            });
        }

        static int Paeth(int left, int up, int corner)
        {
            int estimate = left + up - corner;
            (int toLeft, int toUp, int toCorner) = (Math.Abs(estimate - left), Math.Abs(estimate - up), Math.Abs(estimate - corner));
            return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
        }
    }

    private static DataException Damaged(string path, string what, Exception? inner = null) =>
        new($"The mask {path} is damaged: {what}. Copy it again.", inner!);

    private readonly record struct Head(ImageHeader Size, int Depth, int Samples, bool IsPalette);
}
