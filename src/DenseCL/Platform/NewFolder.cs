namespace DenseCL.Platform;

/// <summary>Makes a folder that appears when it is complete, or not at all: it is written as FOLDER.partial and renamed.</summary>
public static class NewFolder
{
    /// <summary>Throws if a folder of that name cannot be made.</summary>
    /// <param name="folder">Must not exist, or be empty.</param>
    /// <exception cref="IOException">It has no name, is not empty, or is being written by another run.</exception>
    public static void RefuseOccupied(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (string.IsNullOrWhiteSpace(folder))
        {
            throw new IOException("The name of the folder to make is empty: give one with --out.");
        }

        (string target, string partial) = Targets(folder);
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw new IOException($"{target} exists and is not empty: choose another folder, or remove it.");
        }

        if (Path.Exists(partial))
        {
            throw new IOException($"{partial} exists: another run is writing there, or one was killed. Remove it if none is running.");
        }
    }

    /// <summary>Makes the folder. If anything fails, nothing is left.</summary>
    /// <param name="folder">Must not exist, or be empty.</param>
    /// <param name="write">Writes all content into the folder it is given.</param>
    /// <exception cref="IOException">The folder is not empty, is being written by another run, or the disk fails.</exception>
    internal static void Write(string folder, Action<string> write)
    {
        RefuseOccupied(folder);
        (string target, string partial) = Targets(folder);
        try
        {
            Directory.CreateDirectory(partial);
            write(partial);
            if (Directory.Exists(target))
            {
                Directory.Delete(target);
            }

            Directory.Move(partial, target);
        }
        catch
        {
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }

            throw;
        }
    }

    private static (string Target, string Partial) Targets(string folder)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        return (target, target + ".partial");
    }
}
