namespace DenseCL.Weights.Tensors;

/// <summary>A part of a file.</summary>
internal sealed class FileRange : ByteSource
{
    private readonly WeightBytes file;
    private readonly long start;

    /// <exception cref="FormatException">The file has no such part.</exception>
    public FileRange(WeightBytes file, long start, long length)
    {
        if (start < 0 || length < 0 || start > file.Length - length)
        {
            throw new FormatException($"{length} bytes at byte {start} are named, in a file of {file.Length}: it is truncated or damaged");
        }

        (this.file, this.start, Length) = (file, start, length);
    }

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override void Read(Span<byte> destination, long position)
    {
        CheckRange(position, destination.Length);
        file.Read(destination, start + position);
    }
}
