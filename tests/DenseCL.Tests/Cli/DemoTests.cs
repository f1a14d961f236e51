using System.Text.Json;

namespace DenseCL.Tests.Cli;

/// <summary>The README's first command, in its shorter form.</summary>
public class DemoTests
{
    [Fact]
    public void The_quick_demo_prints_one_object_in_which_training_improved_the_matches()
    {
        using TemporaryFolder folder = new();
        string demo = Path.Combine(folder.Path, "demo");
        (int status, string output, string error) = Densecl.Run("demo", "--quick", "--json", "--out", demo);
        Assert.True(status == 0, error);

        JsonElement[] results = [.. JsonShape.Of(output).GetProperty("results").EnumerateArray()];
        Assert.Equal(["untrained", "MoCo-v2", "DenseCL"], results.Select(result => result.GetProperty("name").GetString()!));
        double[] matches = Figures("matches"), meanIoU = Figures("meanIoU");
        Assert.True(matches[1] > matches[0] && matches[2] > matches[0], string.Join(" ", matches));
        Assert.All(matches.Concat(meanIoU), share => Assert.InRange(share, 0.01, 1));
        Assert.All(
            ["matches-untrained.png", "matches-mocov2.png", "matches-densecl.png", "report.html"],
            name => Assert.True(File.Exists(Path.Combine(demo, name)), name));

        double[] Figures(string name) => [.. results.Select(result => result.GetProperty("figures").GetProperty(name).GetDouble())];
    }

    [Theory]
    [InlineData("--scenes", "79", "--scenes is 79: choose 80 to 1,000,000.")]
    [InlineData("--seed", "-1", "--seed")]
    [InlineData("--set", "optim.epoch=1", "optim.epochs")]
    public void A_wrong_call_is_refused_before_anything_is_written(string option, string value, string message)
    {
        using TemporaryFolder folder = new();
        string demo = Path.Combine(folder.Path, "demo");
        (int status, string output, string error) = Densecl.Run("demo", "--out", demo, option, value);
        Assert.Equal((2, ""), (status, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(demo));
    }
}
