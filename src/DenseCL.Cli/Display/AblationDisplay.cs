using System.Globalization;
using DenseCL.Transfer.Ablation;
using Spectre.Console;

namespace DenseCL.Cli.Display;

/// <summary>Shows what an ablation has done and what is left.</summary>
internal static class AblationDisplay
{
    public static void ShowPlan(AblationRun run)
    {
        Table table = new Table()
            .AddColumn("run")
            .AddColumn(new TableColumn("images").RightAligned())
            .AddColumn(new TableColumn("steps").RightAligned())
            .AddColumn("there")
            .AddColumn("results");
        foreach (AblationJob job in run.Jobs)
        {
            table.AddRow(
                Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{job.Variant}, seed {job.Seed}")),
                job.IsUntrained ? "" : job.Images.ToString("N0", CultureInfo.InvariantCulture),
                job.IsUntrained ? "" : job.Steps.ToString("N0", CultureInfo.InvariantCulture),
                job.IsUntrained || job.Pending.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{job.StepsDone:N0} steps"),
                string.Create(CultureInfo.InvariantCulture, $"{job.Known.Count} of {job.Known.Count + job.Pending.Count}"));
        }

        AnsiConsole.Write(table);
        AblationJob[] left = [.. run.Jobs.Where(job => job.Pending.Count > 0)];
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"To do: {left.Sum(job => job.Steps - job.StepsDone):N0} steps in {left.Count(job => !job.IsUntrained)} runs, "
                + $"{left.Sum(job => job.Pending.Count)} evaluations."
            ));
        foreach (string note in run.Notes)
        {
            Console.WriteLine(Printable.Text($"Note: {note}"));
        }
    }
}
