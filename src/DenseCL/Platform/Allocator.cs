using System.Runtime.InteropServices;

namespace DenseCL.Platform;

/// <summary>
/// The settings of glibc's allocator. By default it returns every large tensor to the kernel when the tensor is freed. The next one is then
/// faulted in again page by page, which costs more than half of the time of a training step.
/// </summary>
internal static partial class Allocator
{
    // malloc.h of glibc
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapMax = -4;

    /// <summary>Whether the C library has these settings and accepted them; null before <see cref="KeepFreedMemory"/>.</summary>
    public static bool? Kept { get; private set; }

    /// <summary>
    /// Keeps freed memory in the process. Must be called before the first tensor is made. Setting the environment variables of the same
    /// names would come too late.
    /// </summary>
    public static void KeepFreedMemory()
    {
        try
        {
            Kept =
                OperatingSystem.IsLinux()
                && mallopt(MmapMax, 0) == 1
                && mallopt(TrimThreshold, int.MaxValue) == 1
                && mallopt(TopPad, 256 << 20) == 1;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            Kept = false;   // musl and others have no mallopt: training works there, but is slower
        }
    }

    [LibraryImport("libc.so.6")]
    private static partial int mallopt(int parameter, int value);
}
