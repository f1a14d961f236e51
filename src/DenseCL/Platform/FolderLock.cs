namespace DenseCL.Platform;

/// <summary>Keeps a second process out of a folder: an open file in it, which the system closes however the process ends.</summary>
internal static class FolderLock
{
    /// <summary>Locks a folder until what is returned is disposed.</summary>
    /// <param name="folder">The folder; it must exist.</param>
    /// <exception cref="IOException">Another process has it (<see cref="IsTaken"/>), or nothing can be written there.</exception>
    public static FileStream Take(string folder) =>
        new(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    // The numbers of "locked by another process": EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION on Windows.
    public static bool IsTaken(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);
}
