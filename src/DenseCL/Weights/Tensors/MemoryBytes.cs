namespace DenseCL.Weights.Tensors;

/// <summary>Bytes in memory.</summary>
internal sealed class MemoryBytes(byte[] bytes) : ByteSource
{
    /// <inheritdoc/>
    public override long Length => bytes.Length;

    /// <summary>All of them.</summary>
    public ReadOnlySpan<byte> Span => bytes;

    /// <inheritdoc/>
    public override void Read(Span<byte> destination, long position)
    {
        CheckRange(position, destination.Length);
        bytes.AsSpan((int)position, destination.Length).CopyTo(destination);
    }
}
