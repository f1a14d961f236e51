using BitMiracle.LibTiff.Classic;

namespace DenseCL.Images.Tiff;

/// <summary>A file in memory, as LibTiff reads it.</summary>
/// <param name="file">The file's first byte; it stays valid as long as this object is used.</param>
/// <param name="length">Bytes in the file.</param>
internal sealed unsafe class TiffMemory(byte* file, int length) : TiffStream
{
    private long at;

    /// <inheritdoc/>
    public override int Read(object clientData, byte[] buffer, int offset, int count)
    {
        int read = (int)Math.Clamp(length - at, 0, count);
        new ReadOnlySpan<byte>(file + at, read).CopyTo(buffer.AsSpan(offset));
        at += read;
        return read;
    }

    /// <inheritdoc/>
    public override long Seek(object clientData, long offset, SeekOrigin origin)
    {
        // LibTiff passes offsets of 32 bits with a sign.
        long to = origin switch { SeekOrigin.Current => at + offset, SeekOrigin.End => length + offset, _ => offset };
        return to >= 0 && to <= length ? at = to : -1;
    }

    /// <inheritdoc/>
    public override long Size(object clientData) => length;

    /// <inheritdoc/>
    public override void Write(object clientData, byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Close(object clientData)
    {
    }
}
