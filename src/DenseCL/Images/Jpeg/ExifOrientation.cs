using System.Buffers.Binary;

namespace DenseCL.Images.Jpeg;

/// <summary>The orientation in an EXIF segment.</summary>
internal static class ExifOrientation
{
    private const ushort Tag = 0x0112;
    private const ushort Short = 3;

    /// <summary>Reads the orientation.</summary>
    /// <param name="tiff">The segment after "Exif\0\0".</param>
    /// <returns>1 to 8; 1 if the segment has none; 0 if it does not follow the EXIF standard.</returns>
    public static int Read(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8) return 0;

        bool big = tiff.StartsWith("MM\0*"u8);
        if (!big && !tiff.StartsWith("II*\0"u8)) return 0;

        uint directory = big ? BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]);
        if (directory < 8 || directory > tiff.Length - 2) return 0;

        ReadOnlySpan<byte> entries = tiff[(int)directory..];
        int count = Word(entries);
        if (entries.Length < 2 + (count * 12)) return 0;

        int found = 1;
        bool seen = false;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = entries.Slice(2 + (i * 12), 12);
            if (Word(entry) != Tag) continue;

            uint values = big ? BinaryPrimitives.ReadUInt32BigEndian(entry[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
            found = Word(entry[8..]);
            if (seen || Word(entry[2..]) != Short || values != 1 || found is < 1 or > 8) return 0;

            seen = true;
        }

        return found;

        int Word(ReadOnlySpan<byte> at) => big ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);
    }
}
