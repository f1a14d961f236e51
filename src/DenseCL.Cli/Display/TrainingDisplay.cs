using DenseCL.Method;
using DenseCL.Training;
using Spectre.Console;

namespace DenseCL.Cli.Display;

/// <summary>Shows a training: a live bar on a terminal, a line for each logged step otherwise.</summary>
internal static class TrainingDisplay
{
    // The first steps allocate memory and compile; after this many the speed is known to about a tenth.
    private const int StepsToJudgeTime = 10;

    /// <param name="title">What is trained, in a word.</param>
    /// <param name="train">Trains, and reports to its argument.</param>
    public static T Show<T>(string title, Func<IProgress<PretrainProgress>, T> train) =>
        AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected ? Live(title, train) : train(new Lines());

    private static T Live<T>(string title, Func<IProgress<PretrainProgress>, T> train) =>
        AnsiConsole
            .Progress()
            .Columns(
                new SpinnerColumn(),
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn())
            .Start(context => train(new Bar(context.AddTask(Markup.Escape(title)), title)));

    private static string Losses(StepReport report) => (report.GlobalLoss, report.DenseLoss) switch
    {
        ({ } global, { } dense) => FormattableString.Invariant($"loss {report.Loss:F3} (global {global:F3}, dense {dense:F3})"),
        _ => FormattableString.Invariant($"loss {report.Loss:F3}"),
    };

    /// <summary>
    /// What the user should read at this step, if anything: once how long the run will take, or the training's own notice.
    /// </summary>
    private static IEnumerable<string> Notices(PretrainProgress value, int reports)
    {
        if (reports == StepsToJudgeTime && value.Step < value.Steps)
        {
            yield return $"The rest of this run will take about {Duration(value.Remaining)} on this machine.";
        }

        if (value.Notice is { } notice)
        {
            yield return notice;
        }
    }

    private static string Duration(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => FormattableString.Invariant($"{(int)time.TotalDays} d {time.Hours:D2} h"),
        { TotalHours: >= 1 } => FormattableString.Invariant($"{(int)time.TotalHours} h {time.Minutes:D2} min"),
        _ => FormattableString.Invariant($"{time.Minutes} min {time.Seconds:D2} s"),
    };

    private sealed class Bar(ProgressTask task, string title) : IProgress<PretrainProgress>
    {
        private int reports;

        public void Report(PretrainProgress value)
        {
            task.MaxValue = value.Steps;
            task.Value = value.Step;
            task.Description = Markup.Escape(
                FormattableString.Invariant(
                    $"{title} epoch {value.Epoch}/{value.Epochs}  {Losses(value.Report)}  lr {value.LearningRate:G3}  {value.ImagesPerSecond:F0} images/s"
                ));
            foreach (string notice in Notices(value, ++reports))
            {
                AnsiConsole.MarkupLine($"[yellow]{Markup.Escape(notice)}[/]");
            }
        }
    }

    private sealed class Lines : IProgress<PretrainProgress>
    {
        private int reports;

        public void Report(PretrainProgress value)
        {
            if (value.Logged)
            {
                Console.WriteLine(
                    FormattableString.Invariant(
                        $"epoch {value.Epoch}/{value.Epochs}  step {value.Step}/{value.Steps}  {Losses(value.Report)}  lr {value.LearningRate:G3}  queue {100 * value.QueueFilled:F0} %  {value.ImagesPerSecond:F1} images/s  {Duration(value.Remaining)} left"
                    ));
            }

            foreach (string notice in Notices(value, ++reports))
            {
                Console.WriteLine(notice);
            }
        }
    }
}
