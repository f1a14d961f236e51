namespace DenseCL.Platform;

/// <summary>
/// Keeps a second process out of a folder. The lock is an open file in the folder; the system closes it however the process ends.
/// </summary>
internal static class FolderLock
{
    /// <summary>Locks a folder until the result is disposed.</summary>
    /// <param name="folder">The folder; it must exist.</param>
    /// <exception cref="IOException">Another process has locked it (<see cref="IsTaken"/>), or the folder cannot be written to.</exception>
    public static FileStream Take(string folder) =>
        new(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    // The error codes of "locked by another process": EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION on Windows.
    public static bool IsTaken(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);
}
