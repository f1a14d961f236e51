using System.CommandLine;
using System.Globalization;
using DenseCL.Cli.Display;
using DenseCL.Cli.Options;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Training;
using DenseCL.Training.Logs;
using TorchSharp;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl bench …</c>: how fast this machine trains and loads.</summary>
internal static class BenchCommand
{
    private static readonly Option<string> Arch = new("--arch")
    {
        Description = $"Backbone: {BackboneCatalogue.Names}.",
        HelpName = "NAME",
        CompletionSources = { _ => Completions.OfBackbones },
        DefaultValueFactory = _ => "resnet18",
    };

    private static readonly Option<int> Size = new("--size")
    {
        Description = "Side of a view in pixels.",
        HelpName = "PIXELS",
        DefaultValueFactory = _ => 96,
    };

    private static readonly Option<int> Batch = new("--batch")
    {
        Description = "Images per step.",
        HelpName = "N",
        DefaultValueFactory = _ => 64,
    };

    private static readonly Option<int> Queue = new("--queue")
    {
        Description = "Negatives.",
        HelpName = "N",
        DefaultValueFactory = _ => 16384,
    };

    private static readonly Option<string> Method = new Option<string>("--method")
    {
        Description = "densecl or mocov2.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "densecl",
    }.AcceptOnlyFromAmong("densecl", "mocov2");

    private static readonly Option<string> PrecisionOption = new("--precision")
    {
        Description = "auto, fp32 or bf16.",
        HelpName = "NAME",
        CompletionSources = { _ => Completions.Of(OptionProperty.WordsOf(typeof(Precision))) },
        DefaultValueFactory = _ => "auto",
    };

    private static readonly Option<int> Steps = new("--steps")
    {
        Description = "Steps to run; the first is not counted.",
        HelpName = "N",
        DefaultValueFactory = _ => 6,
    };

    private static readonly Option<int?> Threads = new("--threads")
    {
        Description = "Threads that compute; by default one per processor.",
        HelpName = "N",
    };

    public static Command Create() =>
        new("bench", "Measures how fast this machine trains and loads.") { Step(), BenchLoaderCommand.Create() };

    private static Command Step() => new Command(
        "step",
        "Measures a training step on random images: forward, backward, both updates and the queues. Loading is not included.")
    {
        Arch, Size, Batch, Queue, Method, PrecisionOption, Steps, Threads, JsonOutput.Option,
    }.Does("densecl bench step --arch resnet50 --size 224 --batch 16 --queue 65536", PrepareStep);

    private static Func<int> PrepareStep(ParseResult call, CancellationToken stop)
    {
        string method = call.GetRequiredValue(Method), arch = call.GetRequiredValue(Arch);
        int size = call.GetValue(Size), batch = call.GetValue(Batch), queue = call.GetValue(Queue), steps = call.GetValue(Steps);
        if (steps <= StepBenchmark.WarmUp)
        {
            throw new RecipeException(
                FormattableString.Invariant(
                    $"--steps is {steps}: choose at least {StepBenchmark.WarmUp + 1}, because the first is not counted."));
        }

        Recipe recipe = RecipeReader.Read("densecl-imagenet-r50", [
            $"model.backbone={arch}",
            Setting("data.size", size),
            Setting("optim.batch", batch),
            "optim.batchNormGroup=whole",
            "optim.accumulation=1",
            Setting("method.queue", queue),
            "method.keyMomentum=0.999",
            $"method.lambda={(method == "densecl" ? "0.5" : "0")}",
            $"run.precision={call.GetValue(PrecisionOption)}",
        ]);
        recipe.Validate();
        SetThreads(call.GetValue(Threads));
        return () =>
        {
            StepSpeed speed = StepBenchmark.Run(recipe, steps, stop);
            string precision = speed.Precision.ToString().ToLowerInvariant();
            if (call.GetValue(JsonOutput.Option))
            {
                JsonOutput.Print(
                    "bench step",
                    new { torch = torch.__version__, arch, size, batch, queue, steps, method, precision, speed.Threads },
                    new
                    {
                        secondsPerStep = Math.Round(speed.SecondsPerStep, 4),
                        imagesPerSecond = Math.Round(speed.ImagesPerSecond, 2),
                        peakRssMb = speed.PeakMegabytes,
                    });
                return Verb.Done;
            }

            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{arch}, {size} px, batch {batch}, queue {queue:N0}, {method}, {precision}, {speed.Threads} threads: "
                    + $"{speed.SecondsPerStep:F3} s a step, {speed.ImagesPerSecond:F1} images/s, at most {speed.PeakMegabytes:N0} MB"));
            return Verb.Done;
        };
    }

    private static string Setting(string key, int value) => string.Create(CultureInfo.InvariantCulture, $"{key}={value}");

    private static void SetThreads(int? threads)
    {
        if (threads is null)
        {
            return;
        }

        if (threads is < 1 or > 256)
        {
            throw new RecipeException(FormattableString.Invariant($"--threads is {threads}: choose 1 to 256."));
        }

        TorchRuntime.EnsureReady();
        torch.set_num_threads(threads.Value);
    }
}
