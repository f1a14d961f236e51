using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Protocols.Segmentation;
using Spectre.Console;

namespace DenseCL.Cli.Display;

/// <summary>Shows a segmentation: a live bar on a terminal, lines elsewhere; then the table of classes.</summary>
internal static class SegmentationDisplay
{
    /// <param name="say">Where lines go.</param>
    /// <param name="work">Trains and tests, and reports to what it is given.</param>
    public static T Show<T>(TextWriter say, Func<IProgress<SegmentationProgress>, T> work) =>
        AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected && ReferenceEquals(say, Console.Out) ? Live(work) : work(new Lines(say));

    /// <summary>The result, a row for each class.</summary>
    public static void Show(SegmentationResult result)
    {
        ConfusionMatrix confusion = result.Confusion;
        (IReadOnlyList<double> ious, IReadOnlyList<double> accuracies) = (confusion.PerClassIoU, confusion.PerClassAccuracy);
        Table table = new Table().AddColumn("class").AddColumn(new TableColumn("IoU").RightAligned()).AddColumn(new TableColumn("accuracy").RightAligned());
        for (int c = 0; c < ious.Count; c++)
        {
            table.AddRow(Markup.Escape(Printable.Text(result.ClassNames[c])), Percent(ious[c]), Percent(accuracies[c]));
        }

        AnsiConsole.Write(table);
        Console.WriteLine($"mIoU {Percent(confusion.MeanIoU)}, pixel accuracy {Percent(confusion.PixelAccuracy)}, mean class accuracy {Percent(confusion.MeanAccuracy)}");
        Console.WriteLine(FormattableString.Invariant(
            $"Learned from {result.TrainImages} images in {Time(result.TrainTime)}, measured on {result.TestImages} in {Time(result.TestTime)}; seed {result.Seed}."));

        static string Percent(double share) => double.IsNaN(share) ? "–" : FormattableString.Invariant($"{100 * share:F1} %");
    }

    private static T Live<T>(Func<IProgress<SegmentationProgress>, T> work) => AnsiConsole.Progress()
        .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .Start(context => work(new Bars(context)));

    private static string Describe(SegmentationProgress value) => value.Testing
        ? FormattableString.Invariant($"test {value.Done}/{value.Total}  {value.ImagesPerSecond:F1} images/s")
        : FormattableString.Invariant($"step {value.Done}/{value.Total}  loss {value.Loss:F3}  lr {value.LearningRate:G3}  {value.ImagesPerSecond:F1} images/s");

    private static string Time(TimeSpan time) => time.TotalHours >= 1
        ? FormattableString.Invariant($"{(int)time.TotalHours} h {time.Minutes:D2} min")
        : FormattableString.Invariant($"{time.Minutes} min {time.Seconds:D2} s");

    private sealed class Bars(ProgressContext context) : IProgress<SegmentationProgress>
    {
        private ProgressTask? training;
        private ProgressTask? testing;

        public void Report(SegmentationProgress value)
        {
            ProgressTask task = value.Testing ? testing ??= context.AddTask("test") : training ??= context.AddTask("train");
            task.MaxValue = value.Total;
            task.Value = value.Done;
            task.Description = Markup.Escape(Describe(value));
        }
    }

    private sealed class Lines(TextWriter say) : IProgress<SegmentationProgress>
    {
        public void Report(SegmentationProgress value)
        {
            if (value.Logged)
            {
                say.WriteLine($"{Describe(value)}  {Time(value.Remaining)} left");
            }
        }
    }
}
