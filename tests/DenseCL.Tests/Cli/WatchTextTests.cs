using System.Diagnostics;
using System.Globalization;
using DenseCL.Tests.Reports;

namespace DenseCL.Tests.Cli;

/// <summary><c>densecl watch --text</c>: the lines of runs that begin, go on and are stopped.</summary>
public class WatchTextTests
{
    [Fact]
    public async Task A_line_tells_each_new_step_of_a_run_that_begins_while_it_is_watched()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "kill is a command of Linux here.");
        using TemporaryFolder folder = new();
        using Process process = Densecl.Start("watch", folder["run"], "--text");
        WrittenRun run = new(folder["run"]);
        run.Log(1, 7.25);
        Assert.Equal("run: step 1, epoch 1 of 10, loss 7.250, global 7.750, dense 6.750, learning rate 0.06, images/s 135.2", await Line(process));
        run.Log(200, 2.5);
        Assert.Equal("run: step 200, epoch 3 of 10, loss 2.500, global 3.000, dense 2.000, learning rate 0.06, images/s 130.5", await Line(process));

        run.KeepUntil(1);       // it was killed, and continues from a checkpoint
        run.Log(100, 3);
        string line = await Line(process);
        while (line.StartsWith("run: step 1,", StringComparison.Ordinal))
        {
            line = await Line(process);
        }

        Assert.StartsWith("run: step 100, epoch 2 of 10, loss 3.000,", line, StringComparison.Ordinal);
        OtherProgram.Run("kill", "-INT", process.Id.ToString(CultureInfo.InvariantCulture));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        Assert.Equal("", await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal("Stopping; once more to stop at once.\n", await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_wrong_with_a_run_is_told_once()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "kill is a command of Linux here.");
        using TemporaryFolder folder = new();
        WrittenRun run = new(folder["run"]);
        run.Log(1, 2);
        File.AppendAllText(run.In("metrics.jsonl"), """{"step":2,"epoch":1,"lossNotFinite":1}""" + "\n");
        using Process process = Densecl.Start("watch", run.Path, "--text");
        Assert.StartsWith("run: step ", await Line(process), StringComparison.Ordinal);
        Assert.StartsWith("run: The loss was not a finite number at step 2, and the run stopped.", await Line(process), StringComparison.Ordinal);
        run.Log(3, 2);
        Assert.StartsWith("run: step 3,", await Line(process), StringComparison.Ordinal);
        OtherProgram.Run("kill", "-INT", process.Id.ToString(CultureInfo.InvariantCulture));
        Assert.Equal("", await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<string> Line(Process process) =>
        await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
}
