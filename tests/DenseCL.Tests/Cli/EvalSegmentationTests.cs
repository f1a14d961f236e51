using System.Diagnostics;
using System.Text.Json;
using DenseCL.Data.Scenes;

namespace DenseCL.Tests.Cli;

public sealed class EvalSegmentationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public EvalSegmentationTests() =>
        SceneDataset.Write(folder["scenes"], new SceneOptions { Width = 64, Height = 64, MinDiameter = 0.4, MaxDiameter = 0.7 }, 4, seed: 1);

    public static TheoryData<string[], string[]> Mistakes => new()
    {
        { ["--untrained", "resnet18", "--set", "step=3"], ["`step`", "`steps`"] },
        { ["--untrained", "resnet18", "--set", "outputStride=7"], ["outputStride is 7"] },
        { ["--untrained", "resnet18", "--set", "cropWidth=800"], ["cropWidth", "800", "480 × 480"] },
        { ["--untrained", "resnet18", "--labelled", "5", "--set", "labelled=3"], ["overridden before"] },
        { ["--untrained", "resnet18", "--train-split", "trian"], ["trian", "all"] },
        { ["--untrained", "resnet18", "--ignore", "256"], ["--ignore"] },
        { ["--untrained", "resnet18", "--layout", "voc"], ["Voc:", "JPEGImages"] },
        { ["--untrained", "resnet18", "--test-data", "nowhere"], ["nowhere"] },
        { ["--untrained", "resnet18", "--out", "SCENES"], ["not empty"] },
        { ["--untrained", "resnet18", "--predictions", ""], ["empty"] },
        { ["--untrained", "resnet18", "--out", "SCENES/new", "--predictions", "SCENES/new/drawn"], ["overlap", "side by side"] },
        { ["--untrained", "resnet18", "--recipe", "fcn-smal"], ["`fcn-small`"] },
        { ["--untrained", "resnet19"], ["resnet18"] },
        { ["--weights", "nothing.pth"], ["nothing.pth"] },
        { ["--weights", "nothing.pth", "--untrained", "resnet18"], ["one network is evaluated at a time"] },
        { [], ["--weights", "--untrained"] },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_told_before_any_work(string[] arguments, string[] words)
    {
        string[] test = arguments.Contains("--test-data") ? [] : ["--test-data", folder["scenes"]];
        string[] outs = arguments.Contains("--out") ? [] : ["--out", folder["result"]];
        (int status, string output, string error) = Densecl.Run(
            ["eval", "segmentation", "--data", folder["scenes"], "--allow-empty-classes", .. test, .. outs, .. arguments.Select(a => a.Replace("SCENES", folder["scenes"], StringComparison.Ordinal))]);
        Assert.True(status == 2, $"status {status}\n{output}{error}");
        Assert.All(words, word => Assert.Contains(word, error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal(["scenes"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void The_result_is_the_same_on_the_screen_of_every_country_and_in_the_folder()
    {
        (int status, string output, string error) = Densecl.RunIn(
            "de-DE.UTF-8",
            [.. Call(steps: 2), "--json", "--out", folder["result"], "--predictions", folder["predictions"]]);
        Assert.True(status == 0, output + error);
        JsonElement json = JsonShape.Of(output);
        double share = json.GetProperty("figures").GetProperty("meanIoU").GetDouble();
        Assert.InRange(share, 0, 1);
        Assert.Equal(share, json.GetProperty("meanIoU").GetDouble());
        Assert.Equal(
            (9, 4, 4),
            (
                json.GetProperty("classes").GetArrayLength(),
                json.GetProperty("trainImages").GetInt32(),
                json.GetProperty("testImages").GetInt32()));
        Assert.Equal("0.02", json.GetProperty("recipe").GetProperty("learningRate").GetString());
        Assert.Equal(output, File.ReadAllText(folder["result", "metrics.json"]));
        Assert.Equal(10, File.ReadAllLines(folder["result", "classes.csv"]).Length);
        Assert.Equal(4, Directory.GetFiles(folder["predictions", "drawn"], "*.png").Length);
        Assert.Contains("step 2/2", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_stops_it_and_leaves_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "kill is a command of Linux here.");
        using Process process = Densecl.Start([.. Call(steps: 100_000), "--out", folder["result"], "--predictions", folder["predictions"]]);
        CancellationToken cancel = TestContext.Current.CancellationToken;
        string? line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync(cancel);
        }
        while (line?.StartsWith("step", StringComparison.Ordinal) == false);

        OtherProgram.Run("kill", "-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Task<string> rest = process.StandardOutput.ReadToEndAsync(cancel), error = process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        Assert.Contains("Stopped.", await error, StringComparison.Ordinal);
        Assert.DoesNotContain("mIoU", await rest, StringComparison.Ordinal);
        Assert.Equal(1, process.ExitCode);
        Assert.Equal(["scenes"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Help_has_examples()
    {
        (int status, string output, _) = Densecl.Run("eval", "segmentation", "--help");
        Assert.Equal(0, status);
        Assert.All(
            new[] { "--weights", "--untrained", "--data", "--frozen", "--labelled", "fcn-small", "Examples:" },
            word => Assert.Contains(word, output, StringComparison.Ordinal));
    }

    private string[] Call(int steps) =>
        [
            "eval",
            "segmentation",
            "--untrained",
            "resnet18",
            "--data",
            folder["scenes"],
            "--test-data",
            folder["scenes"],
            "--allow-empty-classes",
            "--frozen",
            "--set",
            FormattableString.Invariant($"steps={steps}"),
            "--set",
            "outputStride=32",
            "--set",
            "shortSide=as-is",
            "--set",
            "cropWidth=64",
            "--set",
            "cropHeight=64",
            "--set",
            "batch=2",
        ];
}
