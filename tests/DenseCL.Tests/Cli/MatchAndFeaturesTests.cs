using System.Text.Json;
using DenseCL.Tests.Data;

namespace DenseCL.Tests.Cli;

public sealed class MatchAndFeaturesTests : IDisposable
{
    private readonly TemporaryImages images = new();

    public MatchAndFeaturesTests()
    {
        foreach (int number in Enumerable.Range(1, 3))
        {
            images.Picture(FormattableString.Invariant($"photos/{number}.png"), 96, 64, number);
        }
    }

    public static TheoryData<string[], string> Mistakes => new()
    {
        { ["match", "photos/1.png", "photos/2.png", "--pairs", "2"], "--pairs is for two views of an image" },
        { ["match", "photos", "--short-side", "64"], "--short-side is for two images" },
        { ["match", "photos/1.png", "photos/9.png"], "There is no image" },
        { ["match", "photos/1.png", "photos/2.png", "--stride", "4"], "--stride is 4: choose 8, 16 or 32" },
        { ["match", "photos/1.png", "photos/2.png", "--threshold", "2"], "--threshold is 2: choose -1 to 1" },
        { ["match", "photos/1.png", "photos/2.png", "--out", "photos/m.jpg"], ".png or .svg" },
        { ["match", "photos/1.png", "photos/2.png", "--out", "photos/3.png"], "--force" },
        { ["features", "photos", "--out", "photos/f.xyz"], "--format" },
        { ["features", "photos", "--out", "nowhere/f.npy"], "There is no folder" },
        { ["features", "photos", "--out", "photos", "--format", "projector"], "not empty" },
        { ["features", "photos", "--out", "photos/f.npy", "--stride", "8"], "--stride is for feature maps: add --dense" },
        { ["features", "photos", "--out", "photos/f.npy", "--dense", "--batch", "8"], "--batch is for one vector of each image" },
        { ["features", "nothing", "--out", "photos/f.npy"], "nothing" },
    };

    public void Dispose() => images.Dispose();

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_told_before_any_work(string[] arguments, string words)
    {
        (int status, string output, string error) = Run([.. arguments, "--untrained", "resnet18"]);
        Assert.True(status == 2, $"status {status}\n{output}{error}");
        Assert.Contains(words, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_is_matched_with_itself_place_by_place()
    {
        string picture = images.PathOf("out/m.svg");
        (int status, string output, string error) = Run(
            "match", "photos/1.png", "photos/1.png", "--untrained", "resnet18", "--short-side", "64", "--stride", "8", "--best", "20", "--out", picture, "--json");
        Assert.True(status == 0, output + error);
        JsonElement json = JsonShape.Of(output), figures = json.GetProperty("figures");
        Assert.Equal((96, 20), (figures.GetProperty("positions").GetInt32(), figures.GetProperty("kept").GetInt32()));
        Assert.Equal((12, 8), (json.GetProperty("first").GetProperty("columns").GetInt32(), json.GetProperty("first").GetProperty("rows").GetInt32()));
        JsonElement[] matches = [.. json.GetProperty("matches").EnumerateArray()];
        Assert.Equal(20, matches.Length);
        Assert.All(matches, match => Assert.Equal(match.GetProperty("from").ToString(), match.GetProperty("to").ToString()));
        Assert.All(matches, match => Assert.Equal(1, match.GetProperty("similarity").GetDouble(), 1e-4));
        Assert.Contains("data:image/png;base64,", File.ReadAllText(picture), StringComparison.Ordinal);
    }

    [Fact]
    public void Views_give_the_figures_of_the_match_score()
    {
        string[] options = ["--untrained", "resnet18", "--size", "64", "--pairs", "1", "--seed", "3", "--json"];
        (int status, string output, string error) = Run(["match", "photos", .. options, "--mutual", "--out", images.PathOf("out/v.png")]);
        Assert.True(status == 0, output + error);
        (_, string score, _) = Run(["match-score", "--images", "photos", .. options]);
        JsonElement json = JsonShape.Of(output);
        Assert.Equal(
            JsonDocument.Parse(score).RootElement.GetProperty("figures").ToString(),
            json.GetProperty("figures").ToString());
        Assert.InRange(json.GetProperty("kept").GetProperty("positions").GetInt32(), 1, 3 * 16);
        Assert.True(File.Exists(images.PathOf("out/v.png")));

        (status, output, error) = Run(["match", "photos/1.png", .. options]);        // one image
        Assert.True(status == 0, output + error);
    }

    [Fact]
    public void Features_name_what_was_left_out()
    {
        images.Text("photos/bad.jpg", "no image");
        string file = images.PathOf("out/f.npy");
        (int status, string output, string error) = Run("features", "photos", "--untrained", "resnet18", "--size", "32", "--out", file, "--json");
        Assert.True(status == 0, output + error);
        JsonElement json = JsonShape.Of(output);
        Assert.Equal("bad.jpg", json.GetProperty("skipped")[0].GetProperty("file").GetString());
        Assert.Equal((3, 512), (json.GetProperty("figures").GetProperty("images").GetInt32(), json.GetProperty("figures").GetProperty("channels").GetInt32()));
        Assert.Contains("Left out: bad.jpg", error, StringComparison.Ordinal);
        Assert.Equal(128 + (3 * 512 * 4), new FileInfo(file).Length);
    }

    private (int Status, string Output, string Error) Run(params string[] arguments) =>
        Densecl.Run([.. arguments.Select(word => word.StartsWith("photos", StringComparison.Ordinal) ? images.PathOf(word) : word)]);
}
