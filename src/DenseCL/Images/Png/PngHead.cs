using System.Buffers.Binary;

namespace DenseCL.Images.Png;

/// <summary>
/// What a PNG file contains before its pixels and the codec does not report: whether it has 16 bits, is grey, is animated, and its orientation.
/// </summary>
/// <param name="Bits">Bits of a sample: 16 if the header says so; anything else is left to the codec.</param>
/// <param name="Grey">Whether it is grey, with or without alpha.</param>
/// <param name="Animated">There is an <c>acTL</c> chunk.</param>
/// <param name="Orientation">EXIF orientation 1 … 8 of an <c>eXIf</c> chunk, or 1.</param>
internal readonly record struct PngHead(int Bits, bool Grey, bool Animated, int Orientation)
{
    private const int DepthAt = 24; // after the signature, the length and kind of IHDR, width and height
    private const int ColourAt = DepthAt + 1;

    /// <summary>Goes through the chunks up to the first <c>IDAT</c>.</summary>
    public static PngHead Read(ReadOnlySpan<byte> file)
    {
        var head = new PngHead(
            Bits: file.Length > DepthAt && file[DepthAt] == 16 ? 16 : 8,
            Grey: file.Length > ColourAt && file[ColourAt] is 0 or 4,
            Animated: false,
            Orientation: 1);
        ReadOnlySpan<byte> rest = file.Length > 8 ? file[8..] : [];
        while (rest.Length >= 12) // length, kind, content, CRC
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            ReadOnlySpan<byte> kind = rest.Slice(4, 4);
            if (kind.SequenceEqual("IDAT"u8) || length > rest.Length - 12)
            {
                break;
            }

            if (kind.SequenceEqual("acTL"u8))
            {
                head = head with { Animated = true };
            }
            else if (kind.SequenceEqual("eXIf"u8))
            {
                head = head with { Orientation = ExifOrientation(rest.Slice(8, (int)length)) };
            }

            rest = rest[(12 + (int)length)..];
        }

        return head;
    }

    // EXIF is a TIFF file: byte order, 42, offset of a directory. The directory has a count and entries of tag, type, count, value.
    private static int ExifOrientation(ReadOnlySpan<byte> exif)
    {
        if (exif.Length < 8 || !(exif.StartsWith("II*\0"u8) || exif.StartsWith("MM\0*"u8)))
        {
            return 1;
        }

        bool little = exif[0] == 'I';
        uint start = little ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..]);
        ReadOnlySpan<byte> entries = start <= exif.Length - 2 ? exif[(int)start..] : [0, 0];
        int count = Short(entries, little);
        for (entries = entries[2..]; count > 0 && entries.Length >= 12; entries = entries[12..], count--)
        {
            if (Short(entries, little) == 0x0112)
            {
                int orientation = Short(entries[8..], little);
                return orientation is >= 1 and <= 8 ? orientation : 1;
            }
        }

        return 1;
    }

    private static int Short(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
