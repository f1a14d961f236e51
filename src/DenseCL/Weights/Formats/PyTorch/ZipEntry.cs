using System.Buffers.Binary;
using System.Text;

namespace DenseCL.Weights.Formats.PyTorch;

/// <summary>An entry of a zip's directory; nothing is checked yet.</summary>
internal sealed class ZipEntry
{
    private const int HeadLength = 46;

    public required string Name { get; init; }

    public required int Method { get; init; }

    public required bool Encrypted { get; init; }

    /// <summary>CRC-32 of the content, as the writer says.</summary>
    public required uint Checksum { get; init; }

    public long PackedLength { get; private set; }

    public long Length { get; private set; }

    /// <summary>The position of its local header.</summary>
    public long Offset { get; private set; }

    /// <summary>The position of the next entry.</summary>
    public long Limit { get; set; }

    /// <summary>Reads the next entry.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static ZipEntry Parse(ReadOnlySpan<byte> directory, ref int at)
    {
        ReadOnlySpan<byte> head = directory[at..];
        if (head.Length < HeadLength || !head.StartsWith("PK\u0001\u0002"u8))
        {
            throw new FormatException($"the directory of the zip is damaged at its byte {at}");
        }

        int name = BinaryPrimitives.ReadUInt16LittleEndian(head[28..]), extra = BinaryPrimitives.ReadUInt16LittleEndian(head[30..]);
        int comment = BinaryPrimitives.ReadUInt16LittleEndian(head[32..]);
        if (head.Length < HeadLength + name + extra + comment)
        {
            throw new FormatException($"the directory of the zip ends within the entry at its byte {at}");
        }

        ZipEntry entry = new()
        {
            Name = Encoding.UTF8.GetString(head.Slice(HeadLength, name)),
            Method = BinaryPrimitives.ReadUInt16LittleEndian(head[10..]),
            Encrypted = (head[8] & 1) != 0,
            Checksum = BinaryPrimitives.ReadUInt32LittleEndian(head[16..]),
            PackedLength = BinaryPrimitives.ReadUInt32LittleEndian(head[20..]),
            Length = BinaryPrimitives.ReadUInt32LittleEndian(head[24..]),
            Offset = BinaryPrimitives.ReadUInt32LittleEndian(head[42..]),
        };
        entry.Widen(head.Slice(HeadLength + name, extra));
        at += HeadLength + name + extra + comment;
        return entry;
    }

    /// <summary>The number 2³² − 1 means that the value is in the extra field 1, in this order.</summary>
    private void Widen(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (length > extra.Length - 4)
            {
                return;
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == 1)
            {
                ReadOnlySpan<byte> wide = extra.Slice(4, length);
                Length = Widen(Length, ref wide);
                PackedLength = Widen(PackedLength, ref wide);
                Offset = Widen(Offset, ref wide);
                return;
            }

            extra = extra[(4 + length)..];
        }
    }

    private static long Widen(long narrow, ref ReadOnlySpan<byte> wide)
    {
        if (narrow != uint.MaxValue || wide.Length < sizeof(long))
        {
            return narrow;
        }

        long number = BinaryPrimitives.ReadInt64LittleEndian(wide);
        wide = wide[sizeof(long)..];
        return number;
    }
}
