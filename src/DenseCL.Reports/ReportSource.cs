using System.Globalization;
using DenseCL.Data;
using DenseCL.Recipes;
using DenseCL.Reports.Pages;
using DenseCL.Reports.Runs;
using DenseCL.Training;
using DenseCL.Transfer.Ablation;
using DenseCL.Transfer.Ablation.Tables;

namespace DenseCL.Reports;

/// <summary>A folder that a report is about: a run, or an ablation with its runs and tables.</summary>
public sealed class ReportSource
{
    private ReportSource(IReadOnlyList<RunRecord> runs, IReadOnlyList<TableData> tables) => (Runs, Tables) = (runs, tables);

    /// <summary>Its runs.</summary>
    public IReadOnlyList<RunRecord> Runs { get; }

    internal IReadOnlyList<TableData> Tables { get; }

    /// <summary>Opens folders. Runs whose folders have the same name are called by more of their paths.</summary>
    /// <param name="paths">Run folders, or folders that <c>ablate --out</c> made; none twice.</param>
    /// <exception cref="DataException">One is neither, or is there twice.</exception>
    /// <exception cref="RecipeException">A recipe or the ablation's file cannot be read.</exception>
    public static IReadOnlyList<ReportSource> Open(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        string[] full = [.. paths.Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(NotEmpty(path))))];
        if (full.GroupBy(path => path, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new DataException($"{twice.Key} is given twice.");
        }

        return [.. full.Select(path => Open(path, RunNames.Of(path, full)))];
    }

    private static string NotEmpty(string path) =>
        string.IsNullOrWhiteSpace(path) ? throw new DataException("The name of a run folder is empty.") : path;

    private static ReportSource Open(string path, string name) => RunFolder.HasRun(path) || !File.Exists(Path.Combine(path, "ablation.yaml"))
        ? new ReportSource([RunRecord.Open(path, name)], [])
        : OpenAblation(AblationFolder.LookAt(path), name);

    private static ReportSource OpenAblation(AblationFolder folder, string name)
    {
        AblationPlan plan = AblationReader.Read(folder.Plan);
        RunRecord[] runs =
        [
            .. from seed in plan.Seeds
               from variant in plan.Variants
               let path = folder.RunOf(variant.Name, seed)
               where RunFolder.HasRun(path)
               select RunRecord.Open(path, string.Create(CultureInfo.InvariantCulture, $"{variant.Name}, seed {seed}")),
        ];
        AblationTable table = AblationTable.Of(plan, ResultLog.Read(folder.Results).Results);
        return new ReportSource(
            runs,
            [.. TableText.Of(table).Select(part => new TableData($"{name}: {part.Evaluation}", part.Tables, [TableText.Explanation(table)]))]);
    }
}
