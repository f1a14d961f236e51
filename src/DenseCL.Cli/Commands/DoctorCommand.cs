using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DenseCL.Cli.Display;
using DenseCL.Method;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Training;
using Spectre.Console;
using TorchSharp;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl doctor</c>: checks whether this machine works, and if not, says why and what to do.</summary>
internal static class DoctorCommand
{
    // The option for the child process: a processor fault ends a process, so the training step is tried in a separate one.
    private static readonly Option<bool> TrainStep = new("--train-step") { Hidden = true };

    public static Command Create() =>
        new Command(
            "doctor",
            "Checks whether this machine can train, and says what to do if not: "
            + "system, tensor library, allocator, processor, convolutions, memory, disk, and a training step."
        )
        {
            JsonOutput.Option,
            TrainStep,
        }.Does("densecl doctor", Prepare);

    private static Func<int> Prepare(ParseResult call, CancellationToken stop) =>
        call.GetValue(TrainStep) ? RunTrainStep : () => Examine(call.GetValue(JsonOutput.Option));

    private static int Examine(bool json)
    {
        PlatformCheck[] checks = [.. Doctor.Examine("."), TryTrainStep()];
        if (json)
        {
            JsonOutput.Print(
                "doctor",
                new { folder = Path.GetFullPath(".") },
                Enum.GetValues<PlatformCheckState>().ToDictionary(
                    state => JsonNamingPolicy.CamelCase.ConvertName(state.ToString()),
                    state => checks.Count(check => check.State == state),
                    StringComparer.Ordinal),
                ("checks", checks));
        }
        else
        {
            foreach (PlatformCheck check in checks)
            {
                string mark = check.State switch { PlatformCheckState.Good => "[green]good  [/]", PlatformCheckState.Slow => "[yellow]slow  [/]", _ => "[red]broken[/]" };
                AnsiConsole.MarkupLine($"{mark} {Markup.Escape(check.Name)}: {Markup.Escape(check.Finding)}");
                if (check.Remedy is { } remedy)
                {
                    AnsiConsole.MarkupLine($"       → {Markup.Escape(remedy)}");
                }
            }
        }

        return checks.Any(check => check.State == PlatformCheckState.Broken) ? Verb.Failed : Verb.Done;
    }

    private static PlatformCheck TryTrainStep()
    {
        string program = Environment.ProcessPath!;
        string[] arguments = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase) ? [typeof(DoctorCommand).Assembly.Location] : [];
        using Process child = Process.Start(new ProcessStartInfo(program, [.. arguments, "doctor", "--train-step"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = child.StandardError.ReadToEndAsync();
        string output = child.StandardOutput.ReadToEnd().Trim();
        child.WaitForExit();
        return child.ExitCode == Verb.Done
            ? new("training step", PlatformCheckState.Good, output, null)
            : new(
                "training step",
                PlatformCheckState.Broken,
                string.Create(CultureInfo.InvariantCulture, $"the process that tried it exited with {child.ExitCode} {error.Result.Trim()}"),
                "136 is a division by zero in oneDNN, 139 a memory fault, 132 an instruction the processor lacks: "
                + "please report it with this output."
            );
    }

    /// <summary>A ResNet-50 has all the convolution shapes that crash some versions of oneDNN.</summary>
    private static int RunTrainStep()
    {
        TorchRuntime.EnsureReady();
        Recipe recipe = RecipeReader.Read(
            "densecl-imagenet-r50",
            ["optim.batch=8", "optim.batchNormGroup=4", "method.queue=64", "data.size=96", "method.keyMomentum=0.99"]);
        using DenseContrast method = new(recipe, torch.CPU);
        using TrainingStep training = new(method, recipe.Optim);
        Stopwatch watch = new();
        for (int step = 0; step < 2; step++)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            watch.Restart();
            training.Run(new Views(torch.randn(8, 3, 96, 96), torch.randn(8, 3, 96, 96), [], []), step, 0.01);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ResNet-50, 8 images of 96 px: {watch.Elapsed.TotalSeconds:F2} s"));
        return Verb.Done;
    }
}
