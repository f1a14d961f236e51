using DenseCL.Method;
using DenseCL.Training;
using Spectre.Console;

namespace DenseCL.Cli.Display;

/// <summary>Shows a training: a live bar on a terminal, a line for each logged step otherwise.</summary>
internal static class TrainingDisplay
{
    // The first steps allocate memory and compile; after this many the speed is known to about a tenth.
    private const int StepsToJudgeTime = 10;

    /// <param name="run">The run's name, which begins every line; null where there is one run only.</param>
    /// <param name="train">Trains, and reports to its argument.</param>
    public static T Show<T>(string? run, Func<IProgress<PretrainProgress>, T> train) =>
        JsonLog.Current is { } log ? train(new Objects(log, run ?? "pretrain"))
        : LiveLines.ArePossible ? LiveLines.Show(live => train(new Bar(live, run ?? "pretrain")))
        : train(new Lines(run is null ? "" : $"{run}: "));

    private static string Loss(StepReport report) => FormattableString.Invariant($"loss {report.Loss:F3}");

    /// <summary>The two parts of the loss; empty where there is one.</summary>
    private static string Parts(StepReport report) => (report.GlobalLoss, report.DenseLoss) switch
    {
        ({ } global, { } dense) => FormattableString.Invariant($"(global {global:F3}, dense {dense:F3})"),
        _ => "",
    };

    /// <summary>
    /// What the user should read at this step, if anything: once how long the run will take, or the training's own notice.
    /// </summary>
    private static IEnumerable<string> Notices(PretrainProgress value, int reports)
    {
        if (reports == StepsToJudgeTime && value.Step < value.Steps)
        {
            yield return $"The rest of this run will take about {Duration.Of(value.Remaining)} on this machine.";
        }

        if (value.Notice is { } notice)
        {
            yield return notice;
        }
    }

    private sealed class Bar(LiveLines live, string title) : IProgress<PretrainProgress>
    {
        private readonly ProgressTask task = live.Add(title);
        private int reports;

        public void Report(PretrainProgress value)
        {
            live.Update(
                task,
                value.Step,
                value.Steps,
                value.Remaining,
                Loss(value.Report),
                FormattableString.Invariant($"epoch {value.Epoch}/{value.Epochs}"),
                FormattableString.Invariant($"{value.ImagesPerSecond:F0} images/s"),
                Parts(value.Report),
                FormattableString.Invariant($"lr {value.LearningRate:G3}"));
            foreach (string notice in Notices(value, ++reports))
            {
                LiveLines.Write(notice);
            }
        }
    }

    private sealed class Objects(JsonLog log, string run) : IProgress<PretrainProgress>
    {
        private int reports;

        public void Report(PretrainProgress value)
        {
            if (value.Logged)
            {
                log.Write(
                    "info",
                    message: null,
                    [
                        ("event", "step"), ("run", run), ("epoch", value.Epoch), ("epochs", value.Epochs), ("step", value.Step),
                        ("steps", value.Steps), ("loss", value.Report.Loss), ("globalLoss", value.Report.GlobalLoss),
                        ("denseLoss", value.Report.DenseLoss), ("learningRate", value.LearningRate), ("queueFilled", value.QueueFilled),
                        ("imagesPerSecond", value.ImagesPerSecond), ("secondsLeft", value.Remaining.TotalSeconds),
                    ]);
            }

            foreach (string notice in Notices(value, ++reports))
            {
                log.Write("info", notice, [("run", run), ("step", value.Step)]);
            }
        }
    }

    private sealed class Lines(string start) : IProgress<PretrainProgress>
    {
        private int reports;

        public void Report(PretrainProgress value)
        {
            if (value.Logged)
            {
                Console.WriteLine(
                    FormattableString.Invariant(
                        $"{start}epoch {value.Epoch}/{value.Epochs}  step {value.Step}/{value.Steps}  {$"{Loss(value.Report)} {Parts(value.Report)}".TrimEnd()}  lr {value.LearningRate:G3}  queue {100 * value.QueueFilled:F0} %  {value.ImagesPerSecond:F1} images/s  {Duration.Of(value.Remaining)} left"
                    ));
            }

            foreach (string notice in Notices(value, ++reports))
            {
                Console.WriteLine($"{start}{notice}");
            }
        }
    }
}
