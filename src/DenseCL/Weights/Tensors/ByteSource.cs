namespace DenseCL.Weights.Tensors;

/// <summary>Bytes at any position: a part of a file, memory, or compressed bytes that must be unpacked first.</summary>
internal abstract class ByteSource
{
    /// <summary>
    /// The maximum that is unpacked or rearranged in memory at a time: a tensor, its storage and a copy together stay below 1 GB.
    /// </summary>
    public const long MaxMemory = 1 << 28;

    /// <summary>Number of bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Fills the destination.</summary>
    /// <exception cref="FormatException">There are no such bytes.</exception>
    public abstract void Read(Span<byte> destination, long position);

    /// <summary>The same bytes, with fast access to every position.</summary>
    /// <exception cref="FormatException">They cannot be unpacked.</exception>
    /// <exception cref="NotSupportedException">There are more than <see cref="MaxMemory"/>.</exception>
    public virtual ByteSource Unpack() => this;

    /// <summary>All or some of the bytes.</summary>
    /// <exception cref="FormatException">There are no such bytes.</exception>
    public byte[] ToArray(long position, long length)
    {
        CheckRange(position, length);
        byte[] bytes = new byte[(int)length];
        Read(bytes, position);
        return bytes;
    }

    /// <summary>Throws if the range is not inside.</summary>
    protected void CheckRange(long position, long length)
    {
        if (position < 0 || length < 0 || position > Length - length)
        {
            throw new FormatException($"{length} bytes at byte {position} are requested where there are {Length}");
        }
    }
}
