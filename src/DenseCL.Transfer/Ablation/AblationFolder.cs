using System.Globalization;
using DenseCL.Platform;
using DenseCL.Training;

namespace DenseCL.Transfer.Ablation;

/// <summary>The folder of an ablation: the paths of its files, and the lock that keeps a second process out.</summary>
public sealed class AblationFolder : IDisposable
{
    private readonly FileStream? lockFile;

    private AblationFolder(string path, FileStream? lockFile) => (Path, this.lockFile) = (path, lockFile);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The ablation's file as it was last read.</summary>
    public string Plan => In("ablation.yaml");

    /// <summary>One JSON object per line, each an <see cref="AblationResult"/>.</summary>
    public string Results => In("results.jsonl");

    /// <summary>The tables for reading.</summary>
    public string Markdown => In("table.md");

    /// <summary>The tables for spreadsheets.</summary>
    public string Csv => In("table.csv");

    /// <summary>The tables for programs.</summary>
    public string Json => In("table.json");

    /// <summary>Opens or makes the folder and locks it until it is disposed or the process ends.</summary>
    /// <param name="path">A folder that does not exist, is empty, or contains an ablation or at least results.jsonl.</param>
    /// <exception cref="TrainingException">It contains something else, is in use by another process, or cannot be written.</exception>
    public static AblationFolder Open(string path)
    {
        AblationFolder folder = LookAt(path);
        try
        {
            Directory.CreateDirectory(folder.Path);
            return new AblationFolder(folder.Path, FolderLock.Take(folder.Path));
        }
        catch (IOException e) when (FolderLock.IsTaken(e))
        {
            throw new TrainingException(
                $"The folder {folder.Path} is in use by another process: wait for it, or choose another folder with --out.",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                $"The folder {folder.Path} cannot be used: {e.Message} Choose a folder that can be written with --out.",
                e);
        }
    }

    /// <summary>Opens the folder for reading only: nothing is made or locked.</summary>
    /// <param name="path">As for <see cref="Open"/>.</param>
    /// <exception cref="TrainingException">It contains something else.</exception>
    public static AblationFolder LookAt(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new TrainingException("The name of the ablation's folder is empty: give one with --out.");
        }

        AblationFolder folder = new(System.IO.Path.GetFullPath(path), null);
        bool free =
            !Directory.Exists(folder.Path)
            || !Directory.EnumerateFileSystemEntries(folder.Path).Any(entry => System.IO.Path.GetFileName(entry) != ".lock");
        return !File.Exists(folder.Path) && (free || File.Exists(folder.Plan) || File.Exists(folder.Results))
            ? folder
            : throw new TrainingException(
                $"{folder.Path} exists already and contains no ablation (no ablation.yaml, no results.jsonl): "
                + $"choose another folder with --out."
            );
    }

    /// <summary>The run folder of a variant and seed.</summary>
    /// <param name="variant">The variant's name.</param>
    /// <param name="seed">The seed.</param>
    public string RunOf(string variant, ulong seed) =>
        System.IO.Path.Combine(Path, "runs", string.Create(CultureInfo.InvariantCulture, $"{variant}-{seed}"));

    /// <summary>Unlocks the folder. If no ablation was started in it, nothing is left behind.</summary>
    public void Dispose()
    {
        if (lockFile is { CanRead: true } && !File.Exists(Plan))
        {
            File.Delete(lockFile.Name);
            if (!Directory.EnumerateFileSystemEntries(Path).Any())
            {
                Directory.Delete(Path);
            }
        }

        lockFile?.Dispose();
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
