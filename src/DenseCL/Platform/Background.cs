using System.Runtime.InteropServices;

namespace DenseCL.Platform;

/// <summary>Threads that give way to those that compute.</summary>
internal static partial class Background
{
    // sys/resource.h of Linux: the nice value of a single thread, for 0 means the calling one.
    private const int Process = 0;
    private const int Nice = 10;

    /// <summary>From now on the calling thread runs where others leave a processor free, and hardly slows them down.</summary>
    /// <remarks>Of .NET's thread priorities Linux takes no notice.</remarks>
    public static void Enter()
    {
        Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        if (OperatingSystem.IsLinux())
        {
            _ = setpriority(Process, 0, Nice);      // if it is not allowed, it works without
        }
    }

    [LibraryImport("libc")]
    private static partial int setpriority(int which, uint who, int priority);
}
