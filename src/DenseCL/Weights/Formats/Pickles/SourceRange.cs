using DenseCL.Weights.Tensors;
namespace DenseCL.Weights.Formats.Pickles;

/// <summary>A part of a byte source.</summary>
internal sealed class SourceRange : ByteSource
{
    private readonly ByteSource source;
    private readonly long start;

    /// <exception cref="FormatException">There is no such part.</exception>
    public SourceRange(ByteSource source, long start, long length)
    {
        if (start < 0 || length < 0 || start > source.Length - length)
        {
            throw new FormatException($"{length} bytes at byte {start} are named where there are {source.Length}");
        }

        (this.source, this.start, Length) = (source, start, length);
    }

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override void Read(Span<byte> destination, long position)
    {
        CheckRange(position, destination.Length);
        source.Read(destination, start + position);
    }

    /// <inheritdoc/>
    public override ByteSource Unpack()
    {
        ByteSource unpacked = source.Unpack();
        return ReferenceEquals(unpacked, source) ? this : new SourceRange(unpacked, start, Length);
    }
}
