using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using DenseCL.Weights.Tensors;
using static DenseCL.Weights.Tensors.WeightNames;

namespace DenseCL.Weights.Formats.PyTorch;

/// <summary>
/// The directory of a zip, which is untrusted. Every entry must lie inside the file, before the directory and apart from all others, and
/// must have the same name there as in the directory.
/// </summary>
/// <remarks>The format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3 to 4.5.</remarks>
internal sealed class ZipDirectory
{
    private const int EndLength = 22;
    private const int LocatorLength = 20;
    private const int WideEndLength = 56;
    private const int LocalLength = 30;
    private const int MaxEntries = 200_000;
    private const long MaxDirectory = 1 << 26;

    private readonly WeightBytes file;
    private readonly Dictionary<string, ZipEntry> entries = new(StringComparer.Ordinal);

    private ZipDirectory(WeightBytes file) => this.file = file;

    /// <summary>The entries.</summary>
    public IEnumerable<string> Names => entries.Keys;

    /// <summary>Reads and checks a directory.</summary>
    /// <exception cref="FormatException">It is damaged.</exception>
    /// <exception cref="NotSupportedException">It is too large.</exception>
    public static ZipDirectory Read(WeightBytes file)
    {
        (long start, long length, long count) = FindDirectory(file);
        if (count > MaxEntries || length > MaxDirectory)
        {
            throw new NotSupportedException(
                $"is a zip with a directory of {count} entries and {length} bytes (limits {MaxEntries} and {MaxDirectory}): "
                + "save fewer tensors in a file"
            );
        }

        ZipDirectory zip = new(file);
        byte[] bytes = new FileRange(file, start, length).ToArray(0, length);
        int at = 0;
        for (long i = 0; i < count; i++)
        {
            ZipEntry entry = ZipEntry.Parse(bytes, ref at);
            if (!zip.entries.TryAdd(entry.Name, entry))
            {
                throw new FormatException($"the zip has two entries {Quote(entry.Name)}");
            }
        }

        if (at != bytes.Length)
        {
            throw new FormatException($"the directory of the zip has {bytes.Length - at} bytes behind its {count} entries");
        }

        zip.CheckApart(start);
        return zip;
    }

    /// <summary>Whether there is an entry with a name.</summary>
    public bool Contains(string name) => entries.ContainsKey(name);

    /// <summary>The content of an entry.</summary>
    /// <exception cref="FormatException">There is none of that name, or it is damaged.</exception>
    /// <exception cref="NotSupportedException">It is packed in a way that is not supported.</exception>
    public ByteSource Open(string name)
    {
        ZipEntry entry =
            entries.GetValueOrDefault(name) ?? throw new FormatException($"the zip has no entry {Quote(name)}: it is incomplete");
        if (entry.Encrypted || entry.Method is not (0 or 8))
        {
            throw new NotSupportedException(
                $"its entry {Quote(name)} is encrypted or packed with method {entry.Method}: zip it again without compression (zip -0)");
        }

        byte[] local = new FileRange(file, entry.Offset, LocalLength).ToArray(0, LocalLength);
        ushort nameLength = BinaryPrimitives.ReadUInt16LittleEndian(local.AsSpan(26)),
            extraLength = BinaryPrimitives.ReadUInt16LittleEndian(local.AsSpan(28));
        string localName = Encoding.UTF8.GetString(new FileRange(file, entry.Offset + LocalLength, nameLength).ToArray(0, nameLength));
        if (!local.AsSpan().StartsWith("PK\u0003\u0004"u8) || !string.Equals(localName, name, StringComparison.Ordinal))
        {
            throw new FormatException($"the entry {Quote(name)} of the zip is not where the directory says");
        }

        // The directory's sizes are used: the local ones are 0 in PyTorch's files.
        long start = entry.Offset + LocalLength + nameLength + extraLength;
        if (start > entry.Limit - entry.PackedLength)
        {
            throw new FormatException(
                $"the entry {Quote(name)} of the zip takes {entry.PackedLength} bytes from byte {start}, "
                + $"and the next begins at {entry.Limit}"
            );
        }

        FileRange packed = new(file, start, entry.PackedLength);
        if (entry.Method == 8)
        {
            return new DeflatedBytes(packed, entry.Length);
        }

        return entry.Length == entry.PackedLength
            ? packed
            : throw new FormatException(
                $"the entry {Quote(name)} of the zip is stored in {entry.PackedLength} bytes and has {entry.Length}");
    }

    /// <summary>Reads every entry and compares its checksum.</summary>
    /// <remarks>
    /// PyTorch can be told not to compute checksums (<c>set_crc32_options</c>). Then none is right, and nothing can be compared.
    /// </remarks>
    /// <exception cref="FormatException">Some checksums are right and one is not: that entry is damaged.</exception>
    /// <exception cref="NotSupportedException">An entry is packed in a way that is not supported.</exception>
    public void Verify()
    {
        ZipEntry[] filled = [.. entries.Values.Where(entry => entry.Length > 0)],
            wrong = [.. filled.Where(entry => Checksum(Open(entry.Name).Unpack()) != entry.Checksum)];
        if (wrong.Length > 0 && wrong.Length < filled.Length)
        {
            throw new FormatException($"the checksum of its entry {Quote(wrong[0].Name)} differs");
        }

        static uint Checksum(ByteSource content)
        {
            Crc32 hash = new();
            byte[] part = new byte[(int)Math.Min(content.Length, 1 << 20)];
            for (long position = 0; position < content.Length; position += part.Length)
            {
                Span<byte> now = part.AsSpan(0, (int)Math.Min(part.Length, content.Length - position));
                content.Read(now, position);
                hash.Append(now);
            }

            return hash.GetCurrentHashAsUInt32();
        }
    }

    /// <summary>Each entry must end before the next begins.</summary>
    private void CheckApart(long directory)
    {
        long limit = directory;
        foreach (ZipEntry entry in entries.Values.OrderByDescending(e => e.Offset))
        {
            entry.Limit = limit;
            if (
                entry.Offset < 0
                || entry.Offset > limit - LocalLength
                || entry.PackedLength < 0
                || entry.Length < 0
                || entry.PackedLength > limit - LocalLength - entry.Offset)
            {
                throw new FormatException($"the entry {Quote(entry.Name)} of the zip lies outside of the file or over another");
            }

            limit = entry.Offset;
        }
    }

    private static (long Start, long Length, long Count) FindDirectory(WeightBytes file)
    {
        int tailLength = (int)Math.Min(file.Length, EndLength + ushort.MaxValue);
        byte[] tail = new FileRange(file, file.Length - tailLength, tailLength).ToArray(0, tailLength);
        for (int at = tailLength - EndLength; at >= 0; at--)
        {
            ReadOnlySpan<byte> end = tail.AsSpan(at);
            if (end.StartsWith("PK\u0005\u0006"u8) && BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) == end.Length - EndLength)
            {
                long place = file.Length - tailLength + at;
                (long Start, long Length, long Count) found = (
                    BinaryPrimitives.ReadUInt32LittleEndian(end[16..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(end[12..]),
                    BinaryPrimitives.ReadUInt16LittleEndian(end[10..]));
                if (BinaryPrimitives.ReadUInt32LittleEndian(end[4..]) != 0)
                {
                    throw new FormatException("the zip is one part of several");
                }

                return
                    WideEnd(file, place, found) is var (start, length, count, directoryEnd)
                    && start >= 0
                    && length >= 0
                    && count >= 0
                    && start == directoryEnd - length
                    ? (start, length, count)
                    : throw new FormatException("the directory of the zip is not where its end says");
            }
        }

        throw new FormatException("the zip has no end: it is truncated");
    }

    /// <summary>Numbers beyond 4 GB are in another record before the end.</summary>
    private static (long Start, long Length, long Count, long End) WideEnd(
        WeightBytes file,
        long end,
        (long Start, long Length, long Count) narrow)
    {
        if (end < LocatorLength + WideEndLength)
        {
            return (narrow.Start, narrow.Length, narrow.Count, end);
        }

        ReadOnlySpan<byte> locator = new FileRange(file, end - LocatorLength, LocatorLength).ToArray(0, LocatorLength);
        if (!locator.StartsWith("PK\u0006\u0007"u8))
        {
            return (narrow.Start, narrow.Length, narrow.Count, end);
        }

        long place = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
        ReadOnlySpan<byte> wide = new FileRange(file, place, WideEndLength).ToArray(0, WideEndLength);
        if (!wide.StartsWith("PK\u0006\u0006"u8))
        {
            throw new FormatException("the zip's end for large files is not where it says");
        }

        return (
            BinaryPrimitives.ReadInt64LittleEndian(wide[48..]),
            BinaryPrimitives.ReadInt64LittleEndian(wide[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(wide[32..]),
            place);
    }
}
