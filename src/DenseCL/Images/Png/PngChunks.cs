using System.Buffers.Binary;
using System.IO.Hashing;

namespace DenseCL.Images.Png;

/// <summary>The compressed pixels of a PNG file as they are read: the content of its <c>IDAT</c> chunks, whose check sums are checked.</summary>
/// <param name="file">The file, at the content of its first <c>IDAT</c> chunk.</param>
/// <param name="first">Bytes of that chunk's content.</param>
internal sealed class PngChunks(Stream file, uint first) : Stream
{
    private readonly Crc32 sum = Begun();
    private long left = first;
    private bool ended;

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
        while (left == 0 && !ended)
        {
            Enter();
        }

        if (ended || buffer.IsEmpty)
        {
            return 0;
        }

        int count = file.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
        if (count == 0)
        {
            throw new ImageException("truncated: the file ends before its last pixel");
        }

        sum.Append(buffer[..count]);
        left -= count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

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

    private static Crc32 Begun()
    {
        Crc32 sum = new();
        sum.Append("IDAT"u8);
        return sum;
    }

    // Behind a chunk are its check sum, and the length and kind of the next one.
    private void Enter()
    {
        Span<byte> between = stackalloc byte[12];
        if (file.ReadAtLeast(between, between.Length, throwOnEndOfStream: false) < between.Length)
        {
            throw new ImageException("truncated: the file ends before its last pixel");
        }

        if (sum.GetCurrentHashAsUInt32() != BinaryPrimitives.ReadUInt32BigEndian(between))
        {
            throw new ImageException("damaged: a check sum of the PNG is wrong");
        }

        ended = !between[8..].SequenceEqual("IDAT"u8);
        left = ended ? 0 : BinaryPrimitives.ReadUInt32BigEndian(between[4..]);
        sum.Reset();
        sum.Append("IDAT"u8);
    }
}
