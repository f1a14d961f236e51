using System.Text.Json;
using DenseCL.Data.Scenes;

namespace DenseCL.Tests.Cli;

public sealed class EvalDenseProbeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public EvalDenseProbeTests() =>
        SceneDataset.Write(folder["scenes"], new SceneOptions { Width = 64, Height = 64, MinDiameter = 0.4, MaxDiameter = 0.7 }, 4, seed: 1);

    public static TheoryData<string[], string[]> Mistakes => new()
    {
        { ["--stride", "7"], ["--stride is 7"] },
        { ["--short-side", "8"], ["--short-side is 8", "32 to 4096"] },
        { ["--l2", "0"], ["--l2 is 0", "above 0, at most 1000"] },
        { ["--layout", "camvit"], ["--layout is 'camvit'", "camvid"] },
        { ["--layout", "voc"], ["Voc:"] },
        { ["--out", "SCENES"], ["not empty"] },
        { ["--test-split", "tset"], ["tset", "all"] },
        { ["--test-data", "nowhere"], ["nowhere"] },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_told_before_any_work(string[] arguments, string[] words) =>
        Refused(words, [.. Call(arguments), .. arguments.Select(word => word == "SCENES" ? folder["scenes"] : word)]);

    [Fact]
    public void A_mask_of_another_size_or_class_or_none_at_all_is_named()
    {
        string mask = Directory.GetFiles(folder["scenes", "masks"]).Order(StringComparer.Ordinal).First();
        File.Move(mask, folder["kept.png"]);
        Refused(["missing", mask], Call());

        SceneDataset.Write(
            folder["larger"],
            new SceneOptions { Width = 96, Height = 64 },
            1,
            seed: 1,
            cancellationToken: TestContext.Current.CancellationToken);
        File.Copy(Directory.GetFiles(folder["larger", "masks"]).Single(), mask);
        Refused([mask, "96 × 64", "64 × 64"], Call());

        File.Move(folder["kept.png"], mask, overwrite: true);
        File.WriteAllText(folder["scenes", "classes.txt"], "background\nsomething\n");
        Refused([Path.GetDirectoryName(mask)!, "not a class"], Call());
    }

    [Fact]
    public void The_result_has_its_seed_and_is_the_same_on_the_screen_of_every_country()
    {
        (int status, string output, string error) = Densecl.RunIn(
            "tr-TR.UTF-8",
            [.. Call(), "--seed", "3", "--l2", "0.01", "--ignore", "7,8", "--ignore", "9", "--json", "--out", folder["result"]]);
        Assert.True(status == 0, output + error);
        JsonElement json = JsonShape.Of(output);
        Assert.InRange(json.GetProperty("figures").GetProperty("meanIoU").GetDouble(), 0, 1);
        Assert.Equal(3, json.GetProperty("seed").GetInt32());
        JsonElement settings = json.GetProperty("settings");
        Assert.Equal(
            (0.01, "folders", 4),
            (
                settings.GetProperty("l2").GetDouble(),
                settings.GetProperty("layout").GetString(),
                settings.GetProperty("trainImages").GetInt32()));
        Assert.Equal([7, 8, 9], settings.GetProperty("ignore").EnumerateArray().Select(value => value.GetInt32()));
        Assert.Equal(output, File.ReadAllText(folder["result", "metrics.json"]));
        Assert.Contains("4 of the 4 images to measure on are among those to learn from", error, StringComparison.Ordinal);

        (status, output, error) = Densecl.RunIn(
            "de-DE.UTF-8", [.. Call(), "--seed", "3", "--l2", "0.01", "--ignore", "[7, 8, 9]", "--labelled", "36"]);
        Assert.Contains("36 labelled images are requested, and there are 4: all of them are used.", error, StringComparison.Ordinal);
        Assert.True(status == 0, output + error);
        Assert.Contains(
            FormattableString.Invariant($"mIoU {100 * json.GetProperty("figures").GetProperty("meanIoU").GetDouble():F2} %"),
            output,
            StringComparison.Ordinal);
        Assert.Contains("seed 3", output, StringComparison.Ordinal);

        (status, output, error) = Densecl.RunIn("de_DE.UTF-8", [.. Call(), "--l2", "0,01"]);
        Assert.True(status == 2, output + error);
        Assert.Contains("--l2 is '0,01'", error, StringComparison.Ordinal);
    }

    private static void Refused(string[] words, string[] call)
    {
        (int status, string output, string error) = Densecl.Run(call);
        Assert.True(status == 2, $"status {status}\n{output}{error}");
        Assert.All(words, word => Assert.Contains(word, error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    private string[] Call(params string[] further) =>
    [
        "eval", "dense-probe", "--untrained", "resnet18", "--data", folder["scenes"], "--allow-empty-classes",
        .. further.Contains("--test-data") ? Array.Empty<string>() : ["--test-data", folder["scenes"]],
        .. further.Contains("--stride") ? Array.Empty<string>() : ["--stride", "16"],
    ];
}
