using System.Diagnostics;
using DenseCL.Data.Scenes;

namespace DenseCL.Tests.Cli;

public class ResumeTests(ITestOutputHelper output)
{
    private const int Steps = 24;

    [Fact]
    public void A_run_killed_three_times_ends_as_the_run_that_never_was_bit_for_bit()
    {
        using TemporaryFolder folder = new();
        string images = Path.Combine(Scenes(folder), "images");
        string whole = folder["whole"];
        Assert.Equal(0, Densecl.Run(Arguments(images, whole)).Status);
        Assert.Equal(Steps, File.ReadAllLines(Path.Combine(whole, "metrics.jsonl")).Length);

        Random random = new();      // where it is killed is to differ from run to run of this test; the outcome must not
        for (int trial = 0; trial < 3; trial++)
        {
            string killed = folder[$"killed{trial}"];
            int lines = 1 + random.Next(Steps - 2);
            using (Process process = Densecl.Start(Arguments(images, killed)))
            {
                WaitForLines(process, Path.Combine(killed, "metrics.jsonl"), lines);
                Thread.Sleep(random.Next(60));
                process.Kill();
                process.WaitForExit();
            }

            int done = File.ReadAllLines(Path.Combine(killed, "metrics.jsonl")).Length;
            output.WriteLine(
                $"killed with {done} of {Steps} steps logged, checkpoints: {string.Join(' ', Directory.GetFiles(Path.Combine(killed, "checkpoints")).Select(Path.GetFileName).Order())}"
            );
            (int status, string text, string error) = Densecl.Run([.. Arguments(images, killed), "--resume"]);
            Assert.True(status == 0, text + error);
            Assert.Equal(File.ReadAllText(Path.Combine(whole, "metrics.jsonl")), File.ReadAllText(Path.Combine(killed, "metrics.jsonl")));
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(whole, "backbone.safetensors")),
                File.ReadAllBytes(Path.Combine(killed, "backbone.safetensors")));

            string last = Path.Combine("checkpoints", $"step-{Steps:D9}.safetensors");
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, last)), File.ReadAllBytes(Path.Combine(killed, last)));
            Assert.Empty(Directory.GetFiles(killed, "*.partial", SearchOption.AllDirectories));
        }
    }

    [Fact]
    public void A_damaged_last_checkpoint_is_passed_over_and_kept()
    {
        using TemporaryFolder folder = new();
        string images = Path.Combine(Scenes(folder), "images"), run = folder["run"], checkpoints = Path.Combine(run, "checkpoints");
        Assert.Equal(0, Densecl.Run(Arguments(images, run)).Status);
        byte[] backbone = File.ReadAllBytes(Path.Combine(run, "backbone.safetensors"));
        string[] files = [.. Directory.GetFiles(checkpoints).Order(StringComparer.Ordinal)];
        using (FileStream last = File.OpenWrite(files[^1]))
        {
            last.SetLength(last.Length / 2);        // as after a crash of the machine
        }

        using (FileStream before = File.OpenWrite(files[^2]))
        {
            before.Position = before.Length / 2;
            before.WriteByte(0x55);
        }

        (int status, string output, string error) = Densecl.Run([.. Arguments(images, run), "--resume"]);
        Assert.True(status == 0, output + error);
        Assert.Contains(files[^1], output, StringComparison.Ordinal);
        Assert.Contains(files[^2], output, StringComparison.Ordinal);
        Assert.Contains("Continuing after step 15 of 24.", output, StringComparison.Ordinal);
        Assert.Equal(backbone, File.ReadAllBytes(Path.Combine(run, "backbone.safetensors")));
        Assert.True(File.Exists(files[^1] + ".damaged"));
        Assert.True(File.Exists(files[^1]));

        File.WriteAllText(files[^1], "");
        foreach (string file in Directory.GetFiles(checkpoints, "*.safetensors").Where(file => file != files[^1]))
        {
            File.Delete(file);
        }

        (status, output, error) = Densecl.Run([.. Arguments(images, run), "--resume"]);
        Assert.True(status == 2, output + error);
        Assert.Contains("There is no other checkpoint", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_is_written_when_the_last_one_is_old()
    {
        using TemporaryFolder folder = new();
        string run = folder["run"];
        string[] arguments = [.. Arguments(Path.Combine(Scenes(folder), "images"), run, 10_000), "--set", "run.checkpointMinutes=0.000001", "--set", "run.keep=100"];
        Assert.Equal(0, Densecl.Run(arguments).Status);
        Assert.Equal(Steps, Directory.GetFiles(Path.Combine(run, "checkpoints")).Length);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public void A_polite_stop_saves_the_step_it_is_at(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals to send on Windows.");
        using TemporaryFolder folder = new();
        string run = folder["run"];
        string[] arguments = Arguments(Path.Combine(Scenes(folder), "images"), run, checkpointEvery: 10_000);
        using Process process = Densecl.Start([.. arguments.Select(a => a == "optim.epochs=3" ? "optim.epochs=1000" : a)]); // long enough to be stopped on any machine
        WaitForLines(process, Path.Combine(run, "metrics.jsonl"), 3);
        using (Process kill = Process.Start("kill", ["-" + signal, $"{process.Id}"]))
        {
            kill.WaitForExit();
        }

        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
        Assert.Contains("Continue with --resume", error, StringComparison.Ordinal);
        string checkpoint = Assert.Single(Directory.GetFiles(Path.Combine(run, "checkpoints")));
        Assert.Equal($"step-{File.ReadAllLines(Path.Combine(run, "metrics.jsonl")).Length:D9}.safetensors", Path.GetFileName(checkpoint));
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_the_run_names_the_step_and_keeps_the_last_good_checkpoint()
    {
        // Weight decay at this rate multiplies every weight by −9 or more a step, until they overflow.
        using TemporaryFolder folder = new();
        string images = Path.Combine(Scenes(folder), "images"), run = folder["run"];
        (int status, string text, string error) = Densecl.Run(
            [.. Arguments(images, run).Select(a => a == "optim.epochs=3" ? "optim.epochs=40" : a), "--set", "optim.learningRate=10", "--set", "optim.weightDecay=1", "--set", "optim.schedule=constant"]);
        Assert.True(status == 1, text + error);
        Assert.Contains("no longer a finite number at step", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        string last = Directory.GetFiles(Path.Combine(run, "checkpoints")).Order(StringComparer.Ordinal).Last();
        Assert.Contains(last, error, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", File.ReadAllText(Path.Combine(run, "metrics.jsonl")), StringComparison.Ordinal);
    }

    /// <summary>48 scenes of 64 px.</summary>
    internal static string Scenes(TemporaryFolder folder)
    {
        string scenes = folder["scenes"];
        SceneDataset.Write(scenes, new SceneOptions { Width = 64, Height = 64 }, 48, 1);
        return scenes;
    }

    /// <summary>3 epochs of 8 steps, every step logged, a checkpoint every 5.</summary>
    internal static string[] Arguments(string images, string run, int checkpointEvery = 5) =>
        [
            "pretrain",
            "--images",
            images,
            "--out",
            run,
            "--set",
            "data.size=64",
            "--set",
            "optim.batch=6",
            "--set",
            "optim.batchNormGroup=3",
            "--set",
            "method.queue=18",
            "--set",
            "optim.epochs=3",
            "--set",
            "run.logEvery=1",
            "--set",
            $"run.checkpointEvery={checkpointEvery}",
        ];

    private static void WaitForLines(Process process, string path, int count)
    {
        while (!File.Exists(path) || File.ReadAllLines(path).Length < count)
        {
            Assert.False(process.HasExited, "The run ended before it could be interrupted.");
            Thread.Sleep(5);
        }
    }
}
