using DenseCL.Reports.Runs;

namespace DenseCL.Tests.Reports;

/// <summary>Steps as epochs and as hours.</summary>
public sealed class RunClockTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(new long[0], 7, 0)]
    [InlineData(new long[] { 3, 5 }, 7, 5)]             // the first epoch goes on: it has at least so many
    [InlineData(new long[] { 3, 7, 8, 11 }, 7, 7)]
    [InlineData(new long[] { 10, 20, 21, 30 }, 7, 7)]
    [InlineData(new long[] { 13, 20 }, 7, 7)]
    public void The_steps_of_an_epoch_follow_from_the_log(long[] steps, int perEpoch, long expected)
    {
        WrittenRun run = new(folder["run"]);
        foreach (long step in steps)
        {
            File.AppendAllText(run.In("metrics.jsonl"), FormattableString.Invariant($"{{\"step\":{step},\"epoch\":{1 + ((step - 1) / perEpoch)}}}\n"));
        }

        Assert.Equal(expected, new RunClock(RunRecord.Open(run.Path).Curves).StepsPerEpoch);
    }

    [Fact]
    public void Hours_are_the_sum_of_all_steps_however_few_points_are_kept()
    {
        WrittenRun run = new(folder["run"]);
        for (int step = 10; step <= 1000; step += 10)
        {
            File.AppendAllText(run.In("speed.jsonl"), FormattableString.Invariant($"{{\"step\":{step},\"secondsPerStep\":{(step == 500 ? 3610 : 36)}}}\n"));
        }

        (IReadOnlyList<long> steps, IReadOnlyList<double> hours) = new RunClock(RunRecord.Open(run.Path).Curves).Hours(8);
        Assert.InRange(steps.Count, 2, 9);
        Assert.Equal(1000, steps[^1]);
        Assert.All(steps.Zip(hours), point => Assert.Equal((point.First * 36 / 3600.0) + (point.First >= 500 ? 10 * 3574 / 3600.0 : 0), point.Second, 1e-9));
    }
}
