using DenseCL.Transfer.Features;
using Spectre.Console;

namespace DenseCL.Cli.Display;

/// <summary>Shows how far the features of a set of images are: a live bar on a terminal, a line for each tenth elsewhere.</summary>
internal static class FeatureDisplay
{
    /// <param name="silent">Whether nothing is to be shown.</param>
    /// <param name="measure">Measures, and reports to what it is given.</param>
    public static T Show<T>(bool silent, Func<IProgress<FeatureProgress>, T> measure) =>
        silent ? measure(new Nothing())
        : AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected ? Live(measure)
        : measure(new Lines());

    private static T Live<T>(Func<IProgress<FeatureProgress>, T> measure) => AnsiConsole.Progress()
        .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .Start(context => measure(new Bars(context)));

    private sealed class Nothing : IProgress<FeatureProgress>
    {
        public void Report(FeatureProgress value)
        {
            // For --json, which prints one object.
        }
    }

    private sealed class Bars(ProgressContext context) : IProgress<FeatureProgress>
    {
        private readonly Dictionary<string, ProgressTask> tasks = new(StringComparer.Ordinal);

        public void Report(FeatureProgress value)
        {
            if (!tasks.TryGetValue(value.Part, out ProgressTask? task))
            {
                tasks.Add(value.Part, task = context.AddTask("features", maxValue: value.Total));
            }

            task.Value = value.Done;
            task.Description = FormattableString.Invariant($"features, {value.Part} {value.Done:N0}/{value.Total:N0}");
        }
    }

    private sealed class Lines : IProgress<FeatureProgress>
    {
        private (string Part, int Tenths) last = ("", 0);

        public void Report(FeatureProgress value)
        {
            (string Part, int Tenths) now = (value.Part, (int)(10L * value.Done / value.Total));
            if (now != last && now.Tenths > 0)
            {
                Console.WriteLine(FormattableString.Invariant($"features, {value.Part}: {value.Done:N0} of {value.Total:N0} images"));
            }

            last = now;
        }
    }
}
