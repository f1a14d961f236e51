using System.Runtime.InteropServices;

namespace DenseCL.Platform;

/// <summary>
/// The settings of glibc's allocator. As it comes, it gives every large tensor back to the kernel when it is freed and faults it in again
/// page by page a moment later, which costs more than half of the time of a training step.
/// </summary>
internal static partial class Allocator
{
    // malloc.h of glibc
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapMax = -4;

    /// <summary>Whether the C library is one that has these settings and took them; null before <see cref="KeepFreedMemory"/>.</summary>
    public static bool? Kept { get; private set; }

    /// <summary>
    /// Keeps freed memory in the process. Must come before the first tensor; the environment variables of the same names would come too
    /// late.
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
            Kept = false;   // musl and others have no mallopt; training is slower there, and works
        }
    }

    [LibraryImport("libc.so.6")]
    private static partial int mallopt(int parameter, int value);
}
