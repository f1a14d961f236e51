using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace DenseCL.Weights.Formats.PyTorch;

/// <summary>
/// Writes a zip of uncompressed entries whose bytes begin at multiples of 64 in the file, so that they can be mapped into memory.
/// </summary>
/// <remarks>.NET's own archive writes no padding. The structures: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT.</remarks>
internal sealed class StoredZip
{
    private const int Alignment = 64;

    /// <summary>The earliest date in a zip, 1 January 1980: the bytes do not depend on the time.</summary>
    private const int Day = 1 | (1 << 5);

    private readonly Stream file;
    private readonly long limit;
    private readonly List<byte[]> directory = [];

    /// <param name="file">Must be empty and seekable.</param>
    /// <param name="limit">Numbers from this one on are written with 64 bits; tests use a small one.</param>
    public StoredZip(Stream file, long limit = uint.MaxValue) => (this.file, this.limit) = (file, limit);

    /// <summary>Writes bytes to the entry.</summary>
    public delegate void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Adds an entry.</summary>
    /// <param name="name">Its name, ASCII.</param>
    /// <param name="length">Its number of bytes.</param>
    /// <param name="write">Writes them, in any number of parts.</param>
    public void Add(string name, long length, Action<Append> write)
    {
        long offset = file.Position;
        bool wide = length >= limit;
        byte[] sizes = wide ? Wide(length, length) : [];

        // The padding is an extra field with the same id and content as PyTorch's.
        int start = (int)((offset + 30 + name.Length + sizes.Length + 4) % Alignment);
        byte[] padding = new byte[4 + ((Alignment - start) % Alignment)];
        padding.AsSpan().Fill((byte)'Z');
        "FB"u8.CopyTo(padding);
        BinaryPrimitives.WriteInt16LittleEndian(padding.AsSpan(2), (short)(padding.Length - 4));

        file.Write(Header(0x04034B50, name, crc: 0, length, wide, [.. sizes, .. padding], tail: []));
        Crc32 hash = new();
        write(bytes =>
        {
            hash.Append(bytes);
            file.Write(bytes);
        });
        long end = file.Position;
        byte[] crc = hash.GetCurrentHash();
        file.Position = offset + 14;
        file.Write(crc);
        file.Position = end;

        bool far = offset >= limit;
        byte[] tail = new byte[14];         // comment, disk and attributes are 0
        BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(10), far ? uint.MaxValue : (uint)offset);
        byte[] fields = wide || far ? Wide([.. wide ? new[] { length, length } : [], .. far ? new[] { offset } : []]) : [];
        directory.Add(Header(0x02014B50, name, BinaryPrimitives.ReadUInt32LittleEndian(crc), length, wide, fields, tail));
    }

    /// <summary>Writes the directory.</summary>
    public void Finish()
    {
        long offset = file.Position, length = directory.Sum(header => (long)header.Length);
        int count = directory.Count;
        directory.ForEach(header => file.Write(header));
        if (offset >= limit || length >= limit || count >= ushort.MaxValue)
        {
            long end = file.Position;
            byte[] wide = new byte[56 + 20];
            Span<byte> locator = wide.AsSpan(56);
            BinaryPrimitives.WriteUInt32LittleEndian(wide, 0x06064B50);
            BinaryPrimitives.WriteInt64LittleEndian(wide.AsSpan(4), 56 - 12);
            BinaryPrimitives.WriteInt16LittleEndian(wide.AsSpan(12), 45);
            BinaryPrimitives.WriteInt16LittleEndian(wide.AsSpan(14), 45);
            BinaryPrimitives.WriteInt64LittleEndian(wide.AsSpan(24), count);
            BinaryPrimitives.WriteInt64LittleEndian(wide.AsSpan(32), count);
            BinaryPrimitives.WriteInt64LittleEndian(wide.AsSpan(40), length);
            BinaryPrimitives.WriteInt64LittleEndian(wide.AsSpan(48), offset);
            BinaryPrimitives.WriteUInt32LittleEndian(locator, 0x07064B50);
            BinaryPrimitives.WriteInt64LittleEndian(locator[8..], end);
            BinaryPrimitives.WriteInt32LittleEndian(locator[16..], 1);
            file.Write(wide);
        }

        byte[] last = new byte[22];
        BinaryPrimitives.WriteUInt32LittleEndian(last, 0x06054B50);
        BinaryPrimitives.WriteUInt16LittleEndian(last.AsSpan(8), (ushort)Math.Min(count, ushort.MaxValue));
        BinaryPrimitives.WriteUInt16LittleEndian(last.AsSpan(10), (ushort)Math.Min(count, ushort.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(last.AsSpan(12), length >= limit ? uint.MaxValue : (uint)length);
        BinaryPrimitives.WriteUInt32LittleEndian(last.AsSpan(16), offset >= limit ? uint.MaxValue : (uint)offset);
        file.Write(last);
    }

    /// <summary>The fields that the header before an entry and the one in the directory share.</summary>
    private static byte[] Header(uint signature, string name, uint crc, long length, bool wide, byte[] extra, byte[] tail)
    {
        bool inDirectory = tail.Length > 0;
        byte[] common = new byte[26];
        Span<byte> fields = common;
        uint size = wide ? uint.MaxValue : (uint)length;
        BinaryPrimitives.WriteInt16LittleEndian(fields, 45);                        // may need zip64
        BinaryPrimitives.WriteInt16LittleEndian(fields[8..], Day);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[10..], crc);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[14..], size);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[18..], size);
        BinaryPrimitives.WriteInt16LittleEndian(fields[22..], (short)name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(fields[24..], (ushort)extra.Length);
        byte[] start = new byte[inDirectory ? 6 : 4];
        BinaryPrimitives.WriteUInt32LittleEndian(start, signature);
        if (inDirectory)
        {
            start[4] = 45;                                                          // made by the same version
        }

        return [.. start, .. common, .. tail, .. Encoding.ASCII.GetBytes(name), .. extra];
    }

    /// <summary>The extra field for numbers that may not fit in 32 bits.</summary>
    private static byte[] Wide(params long[] numbers)
    {
        byte[] field = new byte[4 + (8 * numbers.Length)];
        BinaryPrimitives.WriteInt16LittleEndian(field, 1);
        BinaryPrimitives.WriteInt16LittleEndian(field.AsSpan(2), (short)(8 * numbers.Length));
        for (int i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(field.AsSpan(4 + (8 * i)), numbers[i]);
        }

        return field;
    }
}
