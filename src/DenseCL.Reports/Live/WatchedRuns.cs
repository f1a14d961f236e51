using System.Diagnostics.CodeAnalysis;
using DenseCL.Data;
using DenseCL.Recipes;
using DenseCL.Reports.Pages;
using DenseCL.Reports.Runs;

namespace DenseCL.Reports.Live;

/// <summary>Run folders that are looked at again and again while trainings go on in them, end, and start again.</summary>
/// <param name="paths">The folders by their full paths; a run need not have begun yet.</param>
public sealed class WatchedRuns(IReadOnlyList<string> paths)
{
    private const int Points = 1000;        // of a curve

    private readonly Dictionary<string, (RunRecord Run, DateTime Recipe)> opened = new(StringComparer.Ordinal);

    /// <summary>The folders in which no run has begun yet.</summary>
    public IReadOnlyList<string> Missing => [.. paths.Where(path => !opened.ContainsKey(path))];

    /// <summary>The runs that have begun.</summary>
    public IReadOnlyList<RunRecord> Runs => [.. paths.Where(opened.ContainsKey).Select(path => opened[path].Run)];

    /// <summary>Reads what is new.</summary>
    /// <returns>Whether there was something.</returns>
    public bool Update()
    {
        bool any = false;
        foreach (string path in paths)
        {
            if (opened.TryGetValue(path, out (RunRecord Run, DateTime Recipe) known) && known.Recipe == RecipeTime(known.Run))
            {
                any |= known.Run.Curves.Update();
            }
            else if (TryOpen(path, out RunRecord? run))
            {
                opened[path] = (run, RecipeTime(run));
                any = true;
            }
        }

        return any;
    }

    /// <summary>What a page shows of the runs.</summary>
    internal IReadOnlyList<RunData> Data => [.. Runs.Select(run => RunData.Of(run, Points))];

    private static DateTime RecipeTime(RunRecord run) => File.GetLastWriteTimeUtc(run.Folder.Recipe);

    // A run that is about to begin may not have all its files, or have them half written.
    private bool TryOpen(string path, [NotNullWhen(true)] out RunRecord? run)
    {
        try
        {
            run = RunRecord.Open(path, RunNames.Of(path, paths));
            return true;
        }
        catch (Exception e) when (e is DataException or RecipeException or IOException or UnauthorizedAccessException)
        {
            run = null;
            return false;
        }
    }
}
