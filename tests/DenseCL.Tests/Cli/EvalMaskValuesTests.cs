using System.Text.Json;
using DenseCL.Tests.Transfer.Labelled;

namespace DenseCL.Tests.Cli;

/// <summary>A folder of an inspection: masks of 0 and 255, some images without a mask, no splits.</summary>
public sealed class EvalMaskValuesTests : IDisposable
{
    private readonly LabelledFolder folder = new(side: 64);

    public EvalMaskValuesTests()
    {
        foreach (int i in Enumerable.Range(0, 6))
        {
            folder.Image($"images/part {i}.png");
            folder.Mask($"masks/part {i}.png", 0, 0, 255);
        }

        folder.Image("images/without.png");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Each_message_names_the_option_that_helps_until_it_is_measured()
    {
        Refused([], "no split to measure on", "--hold-out 0.2", "--folds 5");
        Refused(["--folds", "3"], "1 of the 7 masks", "without.png", "--labelled-only");
        Refused(["--labelled-only", "--folds", "3"], "--map 255=1");
        Refused(["--labelled-only", "--folds", "3", "--map", "255"], "--map is '255'", "VALUE=CLASS");
        Refused(["--labelled-only", "--folds", "1"], "--folds is 1: choose 2 to 100");
        Refused(["--labelled-only", "--hold-out", "1"], "--hold-out is 1: choose above 0, at most 0.9");
        Refused(["--labelled-only", "--hold-out", "0,2"], "--hold-out is '0,2'");
        folder.Text("names.txt", "good\nscratch\n");
        (int status, string output, string error) = Densecl.RunIn("de_DE.UTF-8",
            Call("--labelled-only", "--folds", "3", "--map", "255=1", "--classes", folder["names.txt"], "--out", folder["result"]));
        Assert.True(status == 0, output + error);
        Assert.Contains("1 images have no mask and are left out; 6 remain.", error, StringComparison.Ordinal);
        Assert.Contains("2 classes (Folders); 6 images in 3 folds", output, StringComparison.Ordinal);
        Assert.Contains("scratch", output, StringComparison.Ordinal);
        Assert.Contains("± ", output, StringComparison.Ordinal);
        JsonElement json = JsonDocument.Parse(File.ReadAllText(folder["result", "metrics.json"])).RootElement;
        JsonElement settings = json.GetProperty("settings");
        Assert.Equal(
            (3, true, 1, "255=1"),
            (
                settings.GetProperty("folds").GetInt32(), settings.GetProperty("labelledOnly").GetBoolean(),
                settings.GetProperty("withoutMask").GetInt32(), settings.GetProperty("map")[0].GetString()));
        Assert.Equal(["good", "scratch"], json.GetProperty("classes").EnumerateArray().Select(one => one.GetProperty("name").GetString()));
        Assert.Equal(3, json.GetProperty("folds").GetArrayLength());
    }

    [Fact]
    public void A_colour_may_be_given_with_commas()
    {
        foreach (int i in Enumerable.Range(0, 6))
        {
            folder.Colours($"masks/part {i}.png", (0, 0, 0), (0, 0, 0), (255, 0, 0));
        }

        Refused(["--labelled-only", "--hold-out", "0.5"], "colour picture", "--map 0=0 --map 255,0,0=1");
        (int status, string output, string error) = Densecl.Run(
            Call("--labelled-only", "--hold-out", "0.5", "--map", "0=0,255,0,0=1", "--json"));
        Assert.True(status == 0, output + error);
        JsonElement settings = JsonDocument.Parse(output).RootElement.GetProperty("settings");
        Assert.Equal((3, 3), (settings.GetProperty("trainImages").GetInt32(), settings.GetProperty("testImages").GetInt32()));
        Assert.Contains("3 held out by the seed to measure on", error, StringComparison.Ordinal);
    }

    private void Refused(string[] options, params string[] words)
    {
        (int status, string output, string error) = Densecl.Run(Call(options));
        Assert.True(status == 2, $"status {status}\n{output}{error}");
        Assert.All(words, word => Assert.Contains(word, error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    private string[] Call(params string[] options) =>
        ["eval", "dense-probe", "--untrained", "resnet18", "--data", folder.Path, "--stride", "16", .. options];
}
