using System.Globalization;
using DenseCL.Platform;

namespace DenseCL.Training;

/// <summary>The folder of one run: the paths of its files, and the lock that keeps a second process out.</summary>
public sealed class RunFolder : IDisposable
{
    private readonly FileStream? lockFile;

    private RunFolder(string path, FileStream? lockFile) => (Path, this.lockFile) = (path, lockFile);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Every setting as used.</summary>
    public string Recipe => In("recipe.yaml");

    /// <summary>
    /// One JSON object per logged step with what was computed; the same bytes whether or not the run was ever interrupted.
    /// </summary>
    public string Metrics => In("metrics.jsonl");

    /// <summary>One JSON object per logged step with its speed and memory.</summary>
    public string Speed => In("speed.jsonl");

    /// <summary>The images that were not used, with the reason.</summary>
    public string Skipped => In("skipped.jsonl");

    /// <summary>Versions, processor and seed.</summary>
    public string Environment => In("environment.json");

    /// <summary>The product.</summary>
    public string Backbone => In("backbone.safetensors");

    /// <summary>The folder of checkpoints.</summary>
    public string Checkpoints => In("checkpoints");

    /// <summary>Whether a folder contains a run that can be resumed.</summary>
    /// <param name="path">The folder; it need not exist.</param>
    public static bool HasRun(string path) =>
        !string.IsNullOrWhiteSpace(path) && File.Exists(LookAt(path).Recipe);

    /// <summary>The paths of a run folder, for reading only: nothing is made, checked or locked.</summary>
    /// <param name="path">The folder.</param>
    public static RunFolder LookAt(string path) => new(System.IO.Path.GetFullPath(path), null);

    /// <summary>Opens or makes a run folder. It is locked until it is disposed or the process ends, however it ends.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="resume">Whether to continue the run in the folder; otherwise the folder must not contain a run.</param>
    /// <exception cref="TrainingException">The folder has no name, is in use by another process or cannot be made; or it already contains a
    /// run, or none to resume.</exception>
    public static RunFolder Open(string path, bool resume)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new TrainingException("The name of the run folder is empty: give one with --out.");
        }

        string full = System.IO.Path.GetFullPath(path);
        RunFolder probe = new(full, null);
        if (resume && !File.Exists(probe.Recipe))
        {
            throw new TrainingException($"There is no run to resume in {full}: it has no recipe.yaml. Leave out --resume to start one.");
        }

        FileStream lockFile;
        try
        {
            Directory.CreateDirectory(probe.Checkpoints);
            lockFile = FolderLock.Take(full);
        }
        catch (IOException e) when (FolderLock.IsTaken(e))
        {
            throw new TrainingException($"The run folder {full} is in use by another process: wait for it, or choose another folder.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                $"The run folder {full} cannot be used: {e.Message} Choose a folder that can be written with --out.",
                e);
        }

        if (!resume && File.Exists(probe.Recipe))
        {
            lockFile.Dispose();
            throw new TrainingException(
                $"There is a run in {full} already: continue it with --resume, or choose another folder with --out.");
        }

        return new RunFolder(full, lockFile);
    }

    /// <summary>The existing checkpoints with their steps, oldest first.</summary>
    public IReadOnlyList<(long Step, string Path)> FindCheckpoints() =>
        [.. Directory.EnumerateFiles(Checkpoints, "step-*.safetensors")
            .Select(file => (Step: StepOf(file), file))
            .Where(checkpoint => checkpoint.Step >= 0)
            .OrderBy(checkpoint => checkpoint.Step)];

    /// <summary>The path of the checkpoint after a number of steps.</summary>
    /// <param name="step">Steps done.</param>
    public string CheckpointOf(long step) =>
        System.IO.Path.Combine(Checkpoints, string.Create(CultureInfo.InvariantCulture, $"step-{step:D9}.safetensors"));

    /// <summary>Unlocks the folder. If no run was started in it, nothing is left behind.</summary>
    public void Dispose()
    {
        if (lockFile is not null && lockFile.CanRead && !File.Exists(Recipe))
        {
            File.Delete(lockFile.Name);
            DeleteIfEmpty(Checkpoints);
            DeleteIfEmpty(Path);
        }

        lockFile?.Dispose();

        static void DeleteIfEmpty(string folder)
        {
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }
        }
    }

    private static long StepOf(string file) =>
        long.TryParse(
            System.IO.Path.GetFileNameWithoutExtension(file)["step-".Length..],
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out long step)
            ? step
            : -1;

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
