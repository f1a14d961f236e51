using DenseCL.Cli.Display;
using DenseCL.Data.Scenes;

namespace DenseCL.Tests.Cli;

public sealed class ProgressTests
{
    private static readonly string[] Details = ["loss 7.123", "epoch 3/50", "180 images/s", "(global 6.900, dense 7.346)", "lr 0.03"];

    [Theory]
    [InlineData(20, "pretrain  42 %")]
    [InlineData(40, "pretrain ━━━╸────  42 %  1 h 05 min left")]
    [InlineData(60, "pretrain ━━━━━━╸─────────  42 %  1 h 05 min left  loss 7.123")]
    [InlineData(80, "pretrain ━━━━╸─────  42 %  1 h 05 min left  loss 7.123  epoch 3/50  180 images/s")]
    [InlineData(160, "pretrain ━━━━━━━━━━━━━━━━╸───────────────────────  42 %  1 h 05 min left  loss 7.123  epoch 3/50  180 images/s  (global 6.900, dense 7.346)  lr 0.03")]
    public void What_matters_most_is_shown_where_there_is_little_room(int width, string expected)
    {
        ProgressLine line = new("pretrain", 0.42, TimeSpan.FromMinutes(65.5), Details);
        Assert.Equal(expected, line.Fit(width));
    }

    [Fact]
    public void A_line_never_exceeds_its_width()
    {
        foreach (int width in Enumerable.Range(1, 200))
        {
            foreach (double share in new[] { 0, 0.999, 1, double.NaN })
            {
                Assert.InRange(new ProgressLine("MoCo-v2, seed 12", share, TimeSpan.FromDays(3), Details).Fit(width).Length, 1, width);
            }
        }
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(120)]
    public void A_terminal_shows_one_live_line_and_every_notice_above_it(int columns)
    {
        Assert.SkipUnless(Terminal.IsThere, "There is no `script` here to make a pseudo-terminal.");
        using TemporaryFolder folder = new();
        string scenes = folder["scenes"];
        SceneDataset.Write(scenes, new SceneOptions { Width = 32, Height = 32 }, 48, 0, cancellationToken: TestContext.Current.CancellationToken);

        (int status, Terminal terminal) = Terminal.Run(
            columns,
            "pretrain", "--images", Path.Combine(scenes, "images"), "--out", folder["run"], "--set", "data.size=32",
            "--set", "optim.batch=4", "--set", "optim.batchNormGroup=4", "--set", "optim.epochs=1", "--set", "method.queue=64");

        string screen = string.Join('\n', terminal.Screen);
        Assert.True(status == 0, screen);
        string live = Assert.Single(terminal.Screen, line => line.StartsWith("pretrain", StringComparison.Ordinal));
        Assert.Contains("100 %", live, StringComparison.Ordinal);
        Assert.InRange(live.Length, 1, columns - 1);
        Assert.Contains("loss", live, StringComparison.Ordinal);
        string words = string.Join(' ', screen.Split((char[])['\n', ' '], StringSplitOptions.RemoveEmptyEntries));
        Assert.Matches(@"The rest of this run will take about \d+ min \d\d s on this machine\. ", words);
        Assert.Single(terminal.Screen, line => line.StartsWith("The rest", StringComparison.Ordinal));
        Assert.Contains("Done: ", words, StringComparison.Ordinal);
    }
}
