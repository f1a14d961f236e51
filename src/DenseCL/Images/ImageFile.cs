using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace DenseCL.Images;

/// <summary>An image's file, read into a buffer of the shared pool; errors of the disk become <see cref="ImageException"/>.</summary>
internal sealed class ImageFile : IDisposable
{
    private readonly SafeFileHandle handle;
    private byte[] buffer = [];

    private ImageFile(SafeFileHandle handle, int length) => (this.handle, Length) = (handle, length);

    /// <summary>Bytes in the file.</summary>
    public int Length { get; }

    /// <summary>Opens a file whose size is within the limits.</summary>
    /// <exception cref="ImageException">It cannot be opened, or is too large.</exception>
    public static ImageFile Open(string path, ImageLimits limits) => Guard(() =>
    {
        SafeFileHandle opened = File.OpenHandle(path, options: FileOptions.SequentialScan);
        try
        {
            long length = RandomAccess.GetLength(opened);
            if (length > limits.MaxFileBytes)
            {
                throw new ImageException($"its {length} bytes are more than the limit of {limits.MaxFileBytes} (MaxFileBytes)");
            }

            return new ImageFile(opened, (int)length);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    });

    /// <summary>The first bytes of the file; the span of an earlier call is void.</summary>
    /// <param name="most">How many, if the file has them.</param>
    /// <exception cref="ImageException">The file cannot be read.</exception>
    public ReadOnlySpan<byte> Read(int most)
    {
        int wanted = Math.Min(most, Length);
        Return();
        buffer = ArrayPool<byte>.Shared.Rent(wanted);
        int read = Guard(() =>
        {
            int at = 0;
            for (int more = -1; at < wanted && more != 0; at += more)
            {
                more = RandomAccess.Read(handle, buffer.AsSpan(at, wanted - at), at);
            }

            return at;
        });
        return buffer.AsSpan(0, read);
    }

    /// <summary>Closes the file and gives the buffer back.</summary>
    public void Dispose()
    {
        Return();
        handle.Dispose();
    }

    private static T Guard<T>(Func<T> work)
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
