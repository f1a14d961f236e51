using DenseCL.Pretraining;
using Spectre.Console;

namespace DenseCL.Cli.Display;

/// <summary>Shows a training: a live bar on a terminal, a line for each logged step elsewhere.</summary>
internal static class TrainingDisplay
{
    /// <param name="title">What is trained, in a word.</param>
    /// <param name="train">Trains, and reports to what it is given.</param>
    public static T Show<T>(string title, Func<IProgress<PretrainProgress>, T> train) =>
        AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected ? Live(title, train) : train(new Lines());

    private static T Live<T>(string title, Func<IProgress<PretrainProgress>, T> train) => AnsiConsole.Progress()
        .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .Start(context => train(new Bar(context.AddTask(Markup.Escape(title)), title)));

    private static string Losses(StepReport report) => (report.GlobalLoss, report.DenseLoss) switch
    {
        ({ } global, { } dense) => FormattableString.Invariant($"loss {report.Loss:F3} (global {global:F3}, dense {dense:F3})"),
        _ => FormattableString.Invariant($"loss {report.Loss:F3}"),
    };

    private sealed class Bar(ProgressTask task, string title) : IProgress<PretrainProgress>
    {
        public void Report(PretrainProgress value)
        {
            task.MaxValue = value.Steps;
            task.Value = value.Step;
            task.Description = Markup.Escape(FormattableString.Invariant(
                $"{title} epoch {value.Epoch}/{value.Epochs}  {Losses(value.Report)}  lr {value.LearningRate:G3}  {value.ImagesPerSecond:F0} images/s"));
            if (value.Notice is { } notice)
            {
                AnsiConsole.MarkupLine($"[yellow]{Markup.Escape(notice)}[/]");
            }
        }
    }

    private sealed class Lines : IProgress<PretrainProgress>
    {
        public void Report(PretrainProgress value)
        {
            if (value.Logged)
            {
                Console.WriteLine(FormattableString.Invariant(
                    $"epoch {value.Epoch}/{value.Epochs}  step {value.Step}/{value.Steps}  {Losses(value.Report)}  lr {value.LearningRate:G3}  queue {100 * value.QueueFilled:F0} %  {value.ImagesPerSecond:F1} images/s  {Remaining(value.Remaining)} left"));
            }

            if (value.Notice is { } notice)
            {
                Console.WriteLine(notice);
            }
        }

        private static string Remaining(TimeSpan time) => time.TotalHours >= 1
            ? FormattableString.Invariant($"{(int)time.TotalHours} h {time.Minutes:D2} min")
            : FormattableString.Invariant($"{time.Minutes} min {time.Seconds:D2} s");
    }
}
