namespace DenseCL.Platform;

/// <summary>Makes a folder that appears when it is complete, or not at all: it is written as FOLDER.partial and renamed.</summary>
public static class NewFolder
{
    /// <summary>Throws if a folder with that name cannot be made.</summary>
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
    /// <exception cref="IOException">The folder is not empty, cannot be replaced, is being written by another run, or the disk
    /// fails.</exception>
    internal static void Write(string folder, Action<string> write)
    {
        RefuseOccupied(folder);
        (string target, string partial) = Targets(folder);
        bool wasThere = MakeRoom(target);
        try
        {
            Directory.CreateDirectory(partial);
            write(partial);
            Directory.Move(partial, target);
        }
        catch
        {
            if (wasThere && !Path.Exists(target))
            {
                Directory.CreateDirectory(target);
            }

            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }

            throw;
        }
    }

    /// <summary>
    /// Deletes an empty folder before any work starts. If that is impossible, for example because a disk is mounted there, the work would
    /// be lost at the end.
    /// </summary>
    /// <returns>Whether there was such a folder.</returns>
    private static bool MakeRoom(string target)
    {
        if (!Directory.Exists(target))
        {
            return false;
        }

        try
        {
            Directory.Delete(target);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"{target} is empty, but cannot be replaced by the new folder ({e.Message}), for example because a disk is mounted there: "
                + $"choose a folder below it, {Path.Combine(target, "new")}.",
                e);
        }
    }

    // A link to an empty folder stands for that folder.
    private static (string Target, string Partial) Targets(string folder)
    {
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string target = Directory.Exists(path)
            ? new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path
            : path;
        return (target, target + ".partial");
    }
}
