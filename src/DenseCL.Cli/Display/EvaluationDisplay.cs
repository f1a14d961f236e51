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
        AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected && ReferenceEquals(say, Console.Out)
            ? Live(measure)
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

    private static T Live<T>(Func<IProgress<EvaluationProgress>, T> measure) =>
        AnsiConsole
            .Progress()
            .Columns(
                new SpinnerColumn(),
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn())
            .Start(context => measure(new Bars(context)));

    private sealed class Bars(ProgressContext context) : IProgress<EvaluationProgress>
    {
        private readonly Dictionary<string, ProgressTask> tasks = new(StringComparer.Ordinal);

        public void Report(EvaluationProgress value)
        {
            if (!tasks.TryGetValue(value.Part, out ProgressTask? task))
            {
                tasks.Add(value.Part, task = context.AddTask(value.Part, maxValue: value.Total));
            }

            task.Value = value.Done;
            task.Description = Markup.Escape(value.Text);
        }
    }

    private sealed class Lines(TextWriter say) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value)
        {
            if (value.Line is { } line)
            {
                say.WriteLine(line);
            }
        }
    }
}
