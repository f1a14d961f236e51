using DenseCL.Reports.Runs;

namespace DenseCL.Tests.Reports;

/// <summary>Curves are read from the logs of a run, also while they grow and are cut off.</summary>
public sealed class CurvesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Numbers_of_both_logs_are_curves_by_group_and_name()
    {
        WrittenRun written = new(Path.Combine(folder.Path, "run"));
        written.Log(10, 6);
        File.AppendAllText(written.In("metrics.jsonl"), "{\"step\":10,\"epoch\":1,\"probe\":{\"meanIoU\":0.25}}\n");
        RunRecord run = RunRecord.Open(written.Path);
        Assert.Equal(6, run.Curves["loss/total"].Last);
        Assert.Equal(0.9, run.Curves["health/deviation"].Last);
        Assert.Equal(0.25, run.Curves["probe/meanIoU"].Last);
        Assert.Equal(134, run.Curves["speed/imagesPerSecond"].Last);
        Assert.Equal(1, run.Curves["metrics/queueFilled"].Last);
        Assert.Equal(10, run.Curves.LastStep);
        Assert.Null(run.Curves["probe/other"].Last);
        Assert.Equal("10", run.Settings.Single(setting => setting.Key == "optim.epochs").Value);
    }

    [Fact]
    public void Half_a_line_waits_for_its_end_and_a_damaged_one_is_left_out()
    {
        WrittenRun written = new(Path.Combine(folder.Path, "run"));
        RunRecord run = RunRecord.Open(written.Path);
        Assert.False(run.Curves.Update());
        File.AppendAllText(written.In("metrics.jsonl"), "{\"step\":1,\"loss\":2}\n{damaged}\n{\"step\":2,\"lo");
        Assert.True(run.Curves.Update());
        Assert.Equal([1], run.Curves["loss/total"].Steps);
        Assert.False(run.Curves.Update());
        File.AppendAllText(written.In("metrics.jsonl"), "ss\":3}\n");
        Assert.True(run.Curves.Update());
        Assert.Equal([1, 2], run.Curves["loss/total"].Steps);
        Assert.Equal([2.0, 3.0], run.Curves["loss/total"].Values);
    }

    [Fact]
    public void Steps_that_are_logged_again_replace_what_was_known_of_them()
    {
        WrittenRun written = new(Path.Combine(folder.Path, "run"));
        for (int step = 10; step <= 50; step += 10)
        {
            written.Log(step, step);
        }

        RunRecord run = RunRecord.Open(written.Path);
        written.KeepUntil(20);
        written.Log(30, 0.5);
        Assert.True(run.Curves.Update());
        Assert.Equal([10, 20, 30], run.Curves["loss/total"].Steps);
        Assert.Equal([10, 20, 0.5], run.Curves["loss/total"].Values);
    }

    [Theory]
    [InlineData("/a/run", new[] { "/a/run" }, "run")]
    [InlineData("/a/run", new[] { "/a/run", "/b/run" }, "a/run")]
    [InlineData("/x/a/run", new[] { "/x/a/run", "/y/a/run", "/y/other" }, "x/a/run")]
    [InlineData("/y/other", new[] { "/x/a/run", "/y/a/run", "/y/other" }, "other")]
    [InlineData("/run", new[] { "/run", "/a/run" }, "/run")]
    public void A_run_is_called_by_as_much_of_its_path_as_tells_it_from_the_others(string path, string[] among, string name) =>
        Assert.Equal(name, RunNames.Of(Native(path), [.. among.Select(Native)]).Replace('\\', '/'));

    public void Dispose() => folder.Dispose();

    private static string Native(string path) => path.Replace('/', Path.DirectorySeparatorChar);
}
