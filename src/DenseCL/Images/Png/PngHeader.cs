using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace DenseCL.Images.Png;

/// <summary>The header chunk of a PNG.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Bits">Bits of a sample: 1, 2, 4, 8 or 16.</param>
/// <param name="Samples">Samples of a pixel, alpha included, 1 to 4.</param>
/// <param name="HasPalette">Whether a sample is the number of a colour.</param>
/// <param name="Interlaced">Whether the pixels come in seven passes.</param>
internal readonly record struct PngHeader(int Width, int Height, int Bits, int Samples, bool HasPalette, bool Interlaced)
{
    /// <summary>Bytes of a row without the number of its filter.</summary>
    public int RowBytes => checked((int)((((long)Width * Samples * Bits) + 7) / 8));

    /// <summary>Reads the signature and the header from the start of a file.</summary>
    /// <exception cref="ImageException">It is damaged.</exception>
    /// <exception cref="EndOfStreamException">The file is too short.</exception>
    public static PngHeader Read(Stream file)
    {
        Span<byte> head = stackalloc byte[33];      // signature, length, kind, 13 bytes, check sum
        file.ReadExactly(head);
        ReadOnlySpan<byte> header = head.Slice(16, 13);
        (uint width, uint height) = (BinaryPrimitives.ReadUInt32BigEndian(header), BinaryPrimitives.ReadUInt32BigEndian(header[4..]));
        (int bits, int colour) = (header[8], header[9]);
        bool known = (colour, bits) is (0, 1 or 2 or 4 or 8 or 16) or (3, 1 or 2 or 4 or 8) or (2 or 4 or 6, 8 or 16);
        if (
            !head.Slice(12, 4).SequenceEqual("IHDR"u8)
            || Crc32.HashToUInt32(head.Slice(12, 17)) != BinaryPrimitives.ReadUInt32BigEndian(head[29..])
            || width is 0 or > int.MaxValue / 8
            || height is 0 or > int.MaxValue
            || !known
            || header[10] != 0
            || header[11] != 0
            || header[12] > 1)
        {
            throw new ImageException("the head of the Png file is damaged or cut off");
        }

        return new((int)width, (int)height, bits, colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 }, colour == 3, header[12] == 1);
    }

    /// <summary>Reads the length and the kind of the next chunk.</summary>
    /// <exception cref="EndOfStreamException">The file is too short.</exception>
    public static (uint Length, string Kind) NextChunk(Stream file)
    {
        Span<byte> head = stackalloc byte[8];
        file.ReadExactly(head);
        return (BinaryPrimitives.ReadUInt32BigEndian(head), Encoding.ASCII.GetString(head[4..]));
    }
}
