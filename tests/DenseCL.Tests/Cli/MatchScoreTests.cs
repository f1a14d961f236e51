using System.Text.Json;
using DenseCL.Tests.Data;

namespace DenseCL.Tests.Cli;

public sealed class MatchScoreTests : IDisposable
{
    private readonly TemporaryImages images = new();

    public MatchScoreTests()
    {
        foreach (int number in Enumerable.Range(0, 4))
        {
            images.Picture(FormattableString.Invariant($"photos/{number}.png"), 120, 90, number);
        }
    }

    public static TheoryData<string[], string[]> Mistakes => new()
    {
        { ["--stride", "4"], ["--stride is 4", "8, 16 or 32"] },
        { ["--size", "63"], ["--size is 63", "64 to 1024"] },
        { ["--pairs", "0"], ["--pairs is 0", "1 to 1000"] },
        { ["--limit", "0"], ["--limit is 0", "1 to 1000000"] },
        { ["--precision", "fp8"], ["fp8", "fp32"] },
        { ["--test-split", "val"], ["no split 'val'"] },
        { ["--images", "nowhere"], ["nowhere"] },
        { ["--untrained", "resnet19"], ["--untrained is 'resnet19'", "resnet18"] },
        { ["--weights", "x.pth"], ["--weights and --untrained"] },
        { ["--sise", "64"], ["--sise", "match-score --help"] },
    };

    public void Dispose() => images.Dispose();

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_told_before_any_work(string[] arguments, string[] words)
    {
        (int status, string output, string error) = Densecl.Run([.. Call(arguments), .. arguments]);
        Assert.True(status == 2, $"status {status}\n{output}{error}");
        Assert.All(words, word => Assert.Contains(word, error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_figures_are_the_same_in_every_country_and_what_is_no_image_is_counted()
    {
        images.Text("photos/x.jpg", "no image");
        (int status, string output, string error) = Densecl.RunIn("de-DE.UTF-8", [.. Call(), "--seed", "3", "--pairs", "1", "--json"]);
        Assert.True(status == 0, output + error);
        JsonElement json = JsonShape.Of(output),
            figures = json.GetProperty("figures"),
            settings = json.GetProperty("settings");
        double matches = figures.GetProperty("matches").GetDouble();
        Assert.InRange(figures.GetProperty("lowerBound").GetDouble(), 0, matches);
        Assert.InRange(figures.GetProperty("upperBound").GetDouble(), matches, 1);
        Assert.InRange(figures.GetProperty("exactMatches").GetDouble(), 0, matches);
        Assert.InRange(figures.GetProperty("chance").GetDouble(), 0.1, 0.3);        // 4 × 4 positions
        Assert.Equal((3, "match-score"), (json.GetProperty("seed").GetInt32(), json.GetProperty("evaluation").GetString()));
        Assert.Equal((4, 1, 64, 16, 1), (Number("images"), Number("skipped"), Number("size"), Number("stride"), Number("pairs")));
        Assert.InRange(Number("positions"), 1, 4 * 16);
        Assert.Contains("1 of the images cannot be used and is left out: x.jpg", error, StringComparison.Ordinal);

        (status, output, error) = Densecl.RunIn("tr-TR.UTF-8", [.. Call(), "--seed", "3", "--pairs", "1"]);
        Assert.True(status == 0, output + error);
        Assert.Contains(FormattableString.Invariant($"{100 * matches:F2} %"), output, StringComparison.Ordinal);
        Assert.Contains(
            FormattableString.Invariant(
                $"{Number("positions")} positions that both views of a pair show, 1 pair of each of 4 images; seed 3."),
            output,
            StringComparison.Ordinal);

        int Number(string name) => settings.GetProperty(name).GetInt32();
    }

    [Fact]
    public void Images_of_which_none_can_be_used_are_an_error()
    {
        images.Text("bad/x.jpg", "no image");
        (int status, string output, string error) = Densecl.Run([.. Call("--images"), "--images", images.PathOf("bad"), "--json"]);
        Assert.True(status == 1, $"status {status}\n{output}{error}");
        Assert.Equal("", output);
        Assert.Contains("None of the 1 images", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("match-score")]
    [InlineData("eval", "match-score")]
    public void Help_says_what_is_measured_with_an_example(params string[] verb)
    {
        (int status, string output, _) = Densecl.Run([.. verb, "--help"]);
        Assert.Equal(0, status);
        Assert.All(
            new[] { "--weights", "--untrained", "--images", "--pairs", "--limit", "--size", "--stride", "--seed", "Examples:", "within one position of the true place" },
            word => Assert.Contains(word, output, StringComparison.Ordinal));
    }

    private string[] Call(params string[] further) =>
    [
        "match-score",
        .. further.Contains("--untrained") ? Array.Empty<string>() : ["--untrained", "resnet18"],
        .. further.Contains("--images") ? Array.Empty<string>() : ["--images", images.PathOf("photos")],
        .. further.Contains("--size") ? Array.Empty<string>() : ["--size", "64"],
    ];
}
