using DenseCL.Transfer.Features;
using DenseCL.Transfer.Protocols.Reports;
using Spectre.Console;

namespace DenseCL.Cli.Display;

/// <summary>Shows the progress of an evaluation, with a live bar on a terminal and lines otherwise, and then its report.</summary>
internal static class EvaluationDisplay
{
    /// <param name="say">Writes lines.</param>
    /// <param name="measure">Measures, and reports to its argument.</param>
    public static T Show<T>(TextWriter say, Func<IProgress<EvaluationProgress>, T> measure) =>
        LiveLines.ArePossible && ReferenceEquals(say, Console.Out)
            ? LiveLines.Show(live => measure(new Bars(live)))
            : measure(new Lines(say));

    public static void Show(EvaluationReport report)
    {
        bool plain = report.Tables.Count == 0 && report.Lines.Count == 0;
        ReportTable figures = new(
            ["figure", "value"],
            [.. report.Figures.Select(figure => (IReadOnlyList<string>)[figure.Key, EvaluationReport.Number(figure.Value)])]);
        foreach (ReportTable table in plain ? [figures] : report.Tables)
        {
            FiguresDisplay.ShowTable(table.Heads, table.Rows);
        }

        foreach (string line in report.Lines)
        {
            Console.WriteLine(Printable.Text(line));
        }
    }

    private sealed class Bars(LiveLines live) : IProgress<EvaluationProgress>
    {
        private readonly Dictionary<string, ProgressTask> tasks = new(StringComparer.Ordinal);

        public void Report(EvaluationProgress value)
        {
            if (!tasks.TryGetValue(value.Part, out ProgressTask? task))
            {
                tasks.Add(value.Part, task = live.Add(value.Part));
            }

            live.Update(task, value.Done, value.Total, left: null, value.Text.Split("  "));
        }
    }

    private sealed class Lines(TextWriter say) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value)
        {
            if (value.Line is not { } line)
            {
                return;
            }

            if (JsonLog.Current is { } log)
            {
                log.Write("info", line, [("event", "progress"), ("part", value.Part), ("done", value.Done), ("total", value.Total)]);
            }
            else
            {
                say.WriteLine(line);
            }
        }
    }
}
