using Microsoft.Win32.SafeHandles;

namespace DenseCL.Weights.Tensors;

/// <summary>The bytes of an open weight file, at any position and from any thread.</summary>
internal sealed class WeightBytes : IDisposable
{
    private readonly SafeFileHandle handle;

    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">There is no permission to read the file.</exception>
    public WeightBytes(string path)
    {
        Path = path;
        handle = File.OpenHandle(path);
        try
        {
            Length = RandomAccess.GetLength(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The file, for messages.</summary>
    public string Path { get; }

    /// <summary>Number of bytes when it was opened.</summary>
    public long Length { get; }

    /// <summary>Fills the destination.</summary>
    /// <exception cref="WeightFileException">The file ends too early, or the disk fails.</exception>
    public void Read(Span<byte> destination, long position)
    {
        while (!destination.IsEmpty)
        {
            int read = ReadSome(destination, position);
            if (read == 0)
            {
                throw new WeightFileException(
                    $"{Path}: ends at byte {position}, before it should: it is truncated, or became shorter while it was read. "
                    + "Copy it again."
                );
            }

            destination = destination[read..];
            position += read;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    private int ReadSome(Span<byte> destination, long position)
    {
        try
        {
            return RandomAccess.Read(handle, destination, position);
        }
        catch (IOException e)
        {
            throw new WeightFileException($"{Path}: cannot be read at byte {position}: {e.Message}", e);
        }
    }
}
