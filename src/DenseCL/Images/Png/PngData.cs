using System.Buffers.Binary;
using System.IO.Hashing;

namespace DenseCL.Images.Png;

/// <summary>
/// The compressed pixels of a PNG in memory: the content of its successive <c>IDAT</c> chunks, whose check sums are checked.
/// </summary>
/// <param name="file">The file's first byte; it stays valid as long as this object is used.</param>
/// <param name="length">Bytes in the file.</param>
/// <param name="first">Where the first <c>IDAT</c> chunk begins.</param>
internal sealed unsafe class PngData(byte* file, int length, int first) : Stream
{
    private int next = first;
    private int at;
    private int end;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (at == end && Enter())
        {
        }

        int count = Math.Min(buffer.Length, end - at);
        new ReadOnlySpan<byte>(file + at, count).CopyTo(buffer);
        at += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>The content of a chunk: of the right kind, inside the file, and with the right check sum.</summary>
    /// <exception cref="ImageException">It is truncated or damaged.</exception>
    public static ReadOnlySpan<byte> Chunk(ReadOnlySpan<byte> rest)
    {
        uint size = rest.Length < 12 ? uint.MaxValue : BinaryPrimitives.ReadUInt32BigEndian(rest);
        if (size > rest.Length - 12) throw new ImageException("truncated: the file ends before its last pixel");

        ReadOnlySpan<byte> summed = rest.Slice(4, (int)size + 4);
        return Crc32.HashToUInt32(summed) == BinaryPrimitives.ReadUInt32BigEndian(rest[((int)size + 8)..])
            ? summed[4..]
            : throw new ImageException("damaged: a check sum of the PNG is wrong");
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // The chunks of pixels follow one another; whatever comes after them ends the pixels.
    private bool Enter()
    {
        ReadOnlySpan<byte> rest = new(file + next, length - next);
        if (rest.Length < 8) throw new ImageException("truncated: the file ends before its last pixel");
        if (!rest.Slice(4, 4).SequenceEqual("IDAT"u8)) return false;

        int size = Chunk(rest).Length;
        (at, end, next) = (next + 8, next + 8 + size, next + 12 + size);
        return true;
    }
}
