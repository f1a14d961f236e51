namespace DenseCL.Platform;

/// <summary>
/// Replaces a file as a whole. A reader sees the old content or the new one, never a part, even if the machine loses power.
/// </summary>
internal static class AtomicFile
{
    /// <summary>Replaces a text file, UTF-8.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="text">Its whole content.</param>
    public static void Replace(string path, string text) => Replace(path, file => file.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>
    /// Writes a file beside the target, flushes it to the disk and renames it. If anything fails, the old file stays and the partial one is
    /// deleted.
    /// </summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="write">Writes the whole content.</param>
    /// <param name="buffer">Bytes that are collected before they are written; 0 for content that comes in large pieces.</param>
    /// <exception cref="IOException">The target is a pipe, a device or a socket, or the file cannot be written.</exception>
    public static void Replace(string path, Action<FileStream> write, int buffer = 0)
    {
        if (RegularFile.SpecialKind(path) is { } kind)
        {
            throw new IOException($"{path} is {kind}, not a regular file, and is not replaced: choose the name of a file.");
        }

        string partial = path + ".partial";
        FileStream file = new(partial, FileMode.Create, FileAccess.ReadWrite, FileShare.None, buffer);
        try
        {
            using (file)
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }
}
