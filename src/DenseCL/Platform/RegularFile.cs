namespace DenseCL.Platform;

/// <summary>Files that can be opened without waiting.</summary>
internal static class RegularFile
{
    /// <summary>Refuses pipes, devices and sockets. They have no length, and opening a pipe can wait forever.</summary>
    /// <param name="path">A file that is never empty if it is valid. A missing file is left to the code that opens it.</param>
    /// <exception cref="IOException">The file is empty or not a regular file.</exception>
    public static void Require(string path)
    {
        FileInfo file = new(path);
        if (file.Exists && file.Length == 0)
        {
            throw new IOException("It is empty, or not a regular file but a pipe, a device or a socket.");
        }
    }
}
