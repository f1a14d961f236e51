using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using static System.FormattableString;

namespace DenseCL.Data.Shards;

/// <summary>Finds the regular files of a tar: its headers are read one after the other, and the contents are skipped.</summary>
/// <remarks>
/// POSIX ustar and pax (IEEE Std 1003.1), with GNU's long names and binary sizes. This reader exists because .NET's own keeps names and
/// extended headers of any length in memory, and a tar is untrusted.
/// </remarks>
internal sealed class TarMembers
{
    private const int Block = 512;
    private const int MaxNameBytes = 4096;
    private const int MaxHeaderBytes = 1 << 16; // of an extended header or a long name

    private readonly string path;
    private readonly SafeFileHandle handle;
    private readonly long length;
    private readonly byte[] window = new byte[1 << 14];
    private long windowStart;
    private int windowLength;

    private TarMembers(string path, SafeFileHandle handle) =>
        (this.path, this.handle, length) = (path, handle, RandomAccess.GetLength(handle));

    /// <summary>Reads all headers.</summary>
    /// <param name="path">The tar.</param>
    /// <param name="visit">Receives each regular file's name, first byte and length; it can read a small file's content with the function
    /// that it is given.</param>
    /// <exception cref="DataException">The tar cannot be read, is damaged, or ends too early.</exception>
    public static void Read(string path, Action<TarMember> visit)
    {
        try
        {
            // A pipe has no length, and opening one waits for ever.
            if (new FileInfo(path).Length == 0) throw new DataException($"{path} is empty; a tar never is.");

            using SafeFileHandle handle = File.OpenHandle(path);
            new TarMembers(path, handle).Read(visit);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private void Read(Action<TarMember> visit)
    {
        string? name = null;
        long? size = null;
        bool sparse = false;
        long at = 0;

        // Each iteration advances by at least one block, so the loop ends whatever the headers say.
        while (at < length)
        {
            byte[] header = At(at, Block).ToArray();
            if (header.Length < Block) throw Damaged(at, at == 0 ? "this is not a tar" : "it ends within a header: it is truncated");
            if (!header.AsSpan().ContainsAnyExcept((byte)0)) return;
            if (!ChecksumIsRight(header)) throw Damaged(at, at == 0 ? "this is not a tar" : "there is no header where one should be");

            char type = (char)header[156];
            long content = at + Block;
            long given = Number(header.AsSpan(124, 12), at);
            long bytes = type switch
            {
                'x' or 'g' or 'L' or 'K' => given,
                >= '1' and <= '6' => 0, // links, folders, devices: some programs give them the size of their target
                _ => size ?? given,
            };
            if (bytes > length - content)
                throw Damaged(at, Invariant($"a member of {bytes} bytes begins here, and the tar ends before it does: it is truncated"));

            switch (type)
            {
                case 'L':
                    name = Text(Small(content, bytes, at).TrimEnd((byte)0));
                    break;
                case 'x':
                    Extended(Small(content, bytes, at), ref name, ref size, ref sparse, at);
                    break;
                case 'g' or 'K':
                    break; // a global header, which has nothing that is needed here; the target of a link
                default:
                    if (type is '0' or '\0' or '7' && !sparse)
                        Visit(visit, name ?? HeaderName(header), content, bytes, at);

                    (name, size, sparse) = (null, null, false);
                    break;
            }

            at = content + ((bytes + Block - 1) / Block * Block);
        }
    }

    private void Visit(Action<TarMember> visit, string name, long content, long bytes, long at)
    {
        if (Encoding.UTF8.GetByteCount(name) > MaxNameBytes)
            throw Damaged(at, "a name is longer than 4096 bytes");
        if (!name.EndsWith('/'))
            visit(new TarMember(name, content, bytes, () => At(content, (int)Math.Min(bytes, window.Length)).ToArray()));
    }

    // pax: "length key=value
    // ". The length is that of the whole record, in decimal digits.
    private void Extended(ReadOnlySpan<byte> records, ref string? name, ref long? size, ref bool sparse, long at)
    {
        while (!records.IsEmpty)
        {
            int blank = records.IndexOf((byte)' ');
            if (blank < 1 || !int.TryParse(records[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out int total)
                || total > records.Length || total < blank + 3 || records[total - 1] != '\n')
                throw Damaged(at, "an extended header is not a list of records");

            ReadOnlySpan<byte> record = records[(blank + 1)..(total - 1)];
            int equals = record.IndexOf((byte)'=');
            if (equals < 1) throw Damaged(at, "an extended header has a record without a key");

            ReadOnlySpan<byte> key = record[..equals], value = record[(equals + 1)..];
            if (key.SequenceEqual("path"u8))
                name = Text(value);
            else if (key.SequenceEqual("size"u8))
                size = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long given)
                    ? given
                    : throw Damaged(at, "an extended header has a size that is not a number");
            else
                sparse |= key.StartsWith("GNU.sparse."u8); // the stored bytes are not the file's content

            records = records[total..];
        }
    }

    private static string HeaderName(ReadOnlySpan<byte> header)
    {
        string name = Text(Cut(header[..100]));
        bool ustar = header.Slice(257, 6).SequenceEqual("ustar\0"u8); // GNU's own format uses the prefix field for other things
        string prefix = ustar ? Text(Cut(header.Slice(345, 155))) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> field) => field.IndexOf((byte)0) is >= 0 and int end ? field[..end] : field;

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    // Octal digits surrounded by blanks, or GNU's big-endian binary with the highest bit set.
    private long Number(ReadOnlySpan<byte> field, long at)
    {
        if (
            field[0] == 0x80
            && BinaryPrimitives.ReadInt64BigEndian(field[^8..]) is >= 0 and long binary
            && !field[1..^8].ContainsAnyExcept((byte)0))
            return binary;

        long number = 0;
        foreach (byte digit in field.Trim(" \0"u8))
            number = digit is >= (byte)'0' and <= (byte)'7' ? (number * 8) + (digit - '0') : throw Damaged(at, "a size is not a number");

        return number;
    }

    // The sum of the header's bytes, with blanks in place of the checksum itself; some old programs added signed bytes.
    private static bool ChecksumIsRight(ReadOnlySpan<byte> header)
    {
        ReadOnlySpan<byte> field = header.Slice(148, 8).Trim(" \0"u8);
        long given = 0, unsigned = 8 * ' ', signed = 8 * ' ';
        foreach (byte digit in field)
        {
            if (digit is < (byte)'0' or > (byte)'7') return false;
            given = (given * 8) + (digit - '0');
        }

        for (int i = 0; i < Block; i++)
        {
            if (i is >= 148 and < 156) continue;
            unsigned += header[i];
            signed += (sbyte)header[i];
        }

        return field.Length > 0 && (given == unsigned || given == signed);
    }

    private ReadOnlySpan<byte> Small(long content, long bytes, long at)
    {
        if (bytes > MaxHeaderBytes)
            throw Damaged(at, Invariant($"an extended header or a name has {bytes} bytes, more than the {MaxHeaderBytes} that are read"));

        byte[] all = new byte[bytes];
        int read = 0;
        for (int more = -1; read < all.Length && more != 0; read += more)
            more = RandomAccess.Read(handle, all.AsSpan(read), content + read);

        return all.AsSpan(0, read);
    }

    // A small file and the next header were read together with the previous header: one read serves several headers.
    private ReadOnlySpan<byte> At(long position, int count)
    {
        if (position < windowStart || position + count > windowStart + windowLength)
        {
            (windowStart, windowLength) = (position, 0);
            for (int more = -1; windowLength < window.Length && more != 0; windowLength += more)
                more = RandomAccess.Read(handle, window.AsSpan(windowLength), position + windowLength);
        }

        int from = (int)(position - windowStart);
        return window.AsSpan(from, Math.Min(count, windowLength - from));
    }

    private DataException Damaged(long at, string what) =>
        new(
            Invariant($"{path}, byte {at}: {what}. Copy or download it again; if it was damaged from the beginning, remove it or make it again.")
        );
}
