using System.Buffers.Binary;
using DenseCL.Weights.Tensors;

namespace DenseCL.Weights.Formats.Pickles;

/// <summary>Reads a pickle's bytes one after the other.</summary>
internal sealed class PickleReader(ByteSource source, long position)
{
    private readonly byte[] window = new byte[1 << 15];
    private long windowStart;
    private int windowLength;
    private long at = position;

    /// <summary>The source of the bytes.</summary>
    public ByteSource Source => source;

    /// <summary>The next byte.</summary>
    public long Position => at;

    /// <summary>The next byte.</summary>
    public byte Byte()
    {
        Ensure(1);
        return window[at++ - windowStart];
    }

    /// <summary>The next few bytes, valid until the next call.</summary>
    public ReadOnlySpan<byte> Bytes(int count)
    {
        Ensure(count);
        at += count;
        return window.AsSpan((int)(at - count - windowStart), count);
    }

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Bytes(8));

    /// <summary>A length of 8 bytes, or of 4 with a sign.</summary>
    public long Length(bool wide)
    {
        long length = wide ? BinaryPrimitives.ReadInt64LittleEndian(Bytes(8)) : Int32();
        return length >= 0 ? length : throw new FormatException($"a length at byte {at} of the pickle is negative or absurd");
    }

    /// <summary>Skips bytes.</summary>
    /// <returns>The position at which they begin.</returns>
    /// <exception cref="FormatException">There are fewer.</exception>
    public long Skip(long length)
    {
        if (length > source.Length - at)
        {
            throw new FormatException(
                $"a text or array of {length} bytes at byte {at} of the pickle goes beyond its end at {source.Length}: "
                + "the file is truncated"
            );
        }

        at += length;
        return at - length;
    }

    /// <summary>The rest of the line, without its end.</summary>
    /// <exception cref="FormatException">It is longer than allowed, or has no end.</exception>
    public byte[] Line(int limit)
    {
        List<byte> line = [];
        for (byte next = Byte(); next != (byte)'\n'; next = Byte())
        {
            if (line.Count == limit)
            {
                throw new FormatException($"a line before byte {at} of the pickle is longer than {limit} bytes");
            }

            line.Add(next);
        }

        return [.. line];
    }

    private void Ensure(int count)
    {
        if (at >= windowStart && at + count <= windowStart + windowLength)
        {
            return;
        }

        if (count > source.Length - at)
        {
            throw new FormatException($"the pickle ends at byte {source.Length}, before its STOP: the file is truncated");
        }

        windowLength = (int)Math.Min(window.Length, source.Length - at);
        source.Read(window.AsSpan(0, windowLength), at);
        windowStart = at;
    }
}
