using System.Buffers;
using DenseCL.Platform;
using Microsoft.Win32.SafeHandles;

namespace DenseCL.Images;

/// <summary>
/// An image's file, or its part of a larger file, read into a buffer from the shared pool. Errors of the disk become <see
/// cref="ImageException"/>.
/// </summary>
internal sealed class ImageFile : IDisposable
{
    private readonly SafeFileHandle? handle;
    private readonly long start;
    private readonly IDisposable? owner;
    private readonly ReadOnlyMemory<byte> memory;
    private byte[] buffer = [];

    private ImageFile(SafeFileHandle handle, long start, int length, IDisposable owner) =>
        (this.handle, this.start, Length, this.owner) = (handle, start, length, owner);

    private ImageFile(ReadOnlyMemory<byte> memory) => (this.memory, Length) = (memory, memory.Length);

    /// <summary>Bytes of the image.</summary>
    public int Length { get; }

    /// <summary>Opens a file whose size is within the limits.</summary>
    /// <exception cref="ImageException">It cannot be opened, or is too large.</exception>
    public static ImageFile Open(string path, ImageLimits limits) => Guard(() =>
    {
        // .NET turns bytes that are not UTF-8 into this character, and finds no file by the result.
        if (path.Contains('\uFFFD', StringComparison.Ordinal) && !File.Exists(path))
            throw new ImageException("its name has bytes that are not UTF-8 (\uFFFD stands for them), so it cannot be opened: rename it");

        RegularFile.Require(path);
        SafeFileHandle opened = File.OpenHandle(path, options: FileOptions.SequentialScan);
        try
        {
            long length = RandomAccess.GetLength(opened);
            limits.CheckBytes(length);
            return new ImageFile(opened, 0, (int)length, opened);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    });

    /// <summary>An image that lies inside an open file.</summary>
    /// <param name="handle">The file.</param>
    /// <param name="start">The image's first byte.</param>
    /// <param name="length">Bytes of the image.</param>
    /// <param name="owner">What keeps the file open; disposed together with this object.</param>
    public static ImageFile Within(SafeFileHandle handle, long start, int length, IDisposable owner) => new(handle, start, length, owner);

    /// <summary>An image whose bytes are already in memory.</summary>
    public static ImageFile Of(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>The first bytes of the image. The span of an earlier call is no longer valid.</summary>
    /// <param name="most">How many, if the file has that many.</param>
    /// <exception cref="ImageException">The file cannot be read.</exception>
    public ReadOnlySpan<byte> Read(int most)
    {
        int wanted = Math.Min(most, Length);
        if (handle is null) return memory.Span[..wanted];

        Return();
        buffer = ArrayPool<byte>.Shared.Rent(wanted);
        return buffer.AsSpan(0, Read(handle, start, buffer.AsMemory(0, wanted)));
    }

    /// <summary>Reads a part of a file.</summary>
    /// <param name="handle">The file.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="into">Receives the bytes.</param>
    /// <returns>How many bytes were read: fewer than requested if the file ends earlier.</returns>
    /// <exception cref="ImageException">The file cannot be read.</exception>
    public static int Read(SafeFileHandle handle, long start, Memory<byte> into) => Guard(() =>
    {
        int at = 0;
        for (int more = -1; at < into.Length && more != 0; at += more)
        {
            more = RandomAccess.Read(handle, into.Span[at..], start + at);
        }

        return at;
    });

    /// <summary>Closes the file and returns the buffer.</summary>
    public void Dispose()
    {
        Return();
        owner?.Dispose();
    }

    /// <summary>Performs an operation on a file.</summary>
    /// <exception cref="ImageException">The file cannot be opened or read.</exception>
    public static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ImageException("the file does not exist", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ImageException("it is a folder, or there is no permission to read it", e);
        }
        catch (Exception e) when (e is IOException or NotSupportedException or ArgumentException)
        {
            throw new ImageException("it cannot be read: " + e.Message, e);
        }
    }

    private void Return()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }
}
