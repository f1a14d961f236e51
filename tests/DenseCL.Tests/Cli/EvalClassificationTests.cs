using System.Text.Json;
using DenseCL.Tests.Data;
using DenseCL.Tests.Transfer.Classification;

namespace DenseCL.Tests.Cli;

public sealed class EvalClassificationTests : IDisposable
{
    private readonly TemporaryImages folder = new();

    public static TheoryData<string[], string[]> Mistakes => new()
    {
        { ["knn", "--data", "SET", "--neighbours", "3"], ["Which weights?", "--weights", "--untrained"] },
        { ["knn", "--data", "SET", "--neighbours", "3", "--weights", "x", "--untrained", "resnet18"], ["both"] },
        { ["knn", "--data", "SET", "--neighbours", "3", "--untrained", "resnet19"], ["resnet19", "resnet18"] },
        { ["knn", "--data", "SET", "--neighbours", "3", "--untrained", "0"], ["'0'", "resnet18"] },
        { ["knn", "--data", "SET", "--neighbours", "3", "--weights", "nowhere.pth"], ["nowhere.pth"] },
        { ["knn", "--untrained", "resnet18"], ["Which images?", "--data"] },
        { ["knn", "--data", "SET", "--train", "SET", "--untrained", "resnet18"], ["leave --train"] },
        { ["linear", "--train", "SET", "--untrained", "resnet18"], ["--test is missing"] },
        { ["knn", "--data", "SET", "--untrained", "resnet18", "--neighbours", "3,x"], ["--neighbours is '3,x'"] },
        { ["knn", "--data", "SET", "--untrained", "resnet18", "--temperature", "0"], ["--temperature is 0", "0.001"] },
        { ["knn", "--data", "SET", "--untrained", "resnet18", "--size", "8"], ["--size is 8", "32", "1024"] },
        { ["linear", "--data", "SET", "--untrained", "resnet18", "--batch", "0"], ["--batch is 0"] },
        { ["linear", "--data", "SET", "--untrained", "resnet18", "--threads", "0"], ["--threads is 0"] },
        { ["linear", "--data", "SET", "--untrained", "resnet18", "--epochs", "0"], ["--epochs is 0"] },
        { ["linear", "--data", "SET", "--untrained", "resnet18", "--solver", "adam"], ["adam", "lbfgs"] },
        { ["svm", "--data", "SET", "--untrained", "resnet18", "--shots", "0"], ["--shots is '0'"] },
        { ["svm", "--data", "SET", "--untrained", "resnet18", "--shots", "1,7"], ["--shots requests 7", "fewer"] },
        { ["svm", "--data", "SET", "--untrained", "resnet18", "--low-shot-cost", "0"], ["--low-shot-cost is 0", "1e-9 to 1000000"] },
        { ["svm", "--data", "SET", "--untrained", "resnet18", "--shots", "1", "--no-low-shot"], ["`shots`", "Keep one of the two"] },
        { ["knn", "--data", "SET", "--data", "SET", "--untrained", "resnet18"], ["--data is given 2 times"] },
        { ["svm", "--data", "nowhere", "--untrained", "resnet18"], ["nowhere", "train/"] },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_wrong_call_is_told_what_to_choose_before_any_work(string[] arguments, string[] expected)
    {
        ImageSets.Folders(folder);
        (int status, string output, string error) = Densecl.Run(["eval", .. arguments.Select(argument => argument == "SET" ? folder.Root : argument)]);
        Assert.True(status == 2, $"status {status}\n{output}{error}");
        Assert.Empty(output);
        Assert.All(expected, word => Assert.Contains(word, error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_images_and_unknown_classes_are_wrong_calls_and_damage_found_later_is_a_failure()
    {
        ImageSets.Folders(folder);
        string[] call = ["eval", "knn", "--untrained", "resnet18", "--data", folder.Root, "--size", "32", "--neighbours", "3"];
        folder.Truncated("train/a/zz.jpg");
        (int status, _, string error) = Densecl.Run(call);
        Assert.Equal(1, status);
        Assert.Contains("zz.jpg", error, StringComparison.Ordinal);
        folder.Text("train/a/zz.jpg", "no image");
        (status, _, error) = Densecl.Run(call);
        Assert.Equal(2, status);
        Assert.Contains("zz.jpg", error, StringComparison.Ordinal);
        File.Delete(folder.PathOf("train/a/zz.jpg"));
        folder.Picture("val/zebra/1.png");
        (status, _, error) = Densecl.Run(call);
        Assert.Equal(2, status);
        Assert.Contains("zebra", error, StringComparison.Ordinal);
    }

    [Fact]
    public void More_neighbours_than_images_mean_all_of_them()
    {
        ImageSets.Folders(folder);
        (int status, string output, string error) = Densecl.Run("eval", "knn", "--untrained", "resnet18", "--data", folder.Root, "--size", "32");
        Assert.True(status == 0, output + error);
        Assert.Contains("200 neighbours are requested, and there are 18 images", error, StringComparison.Ordinal);
        Assert.Matches("│ 18 +│", output);
        Assert.DoesNotMatch("│ 200 +│", output);
    }

    [Theory]
    [InlineData("knn", "top1.k3", "neighbours", "--neighbours", "3,6")]
    [InlineData("linear", "top1", "searched", "--solver", "sgd", "--epochs", "2")]
    [InlineData("svm", "mAP", "costs", "--shots", "2")]
    public void With_json_one_object_is_printed_in_every_language(string verb, string figure, string setting, params string[] more)
    {
        ImageSets.Folders(folder);
        (int status, string output, string error) = Densecl.RunIn(
            "de_DE.UTF-8", ["eval", verb, "--untrained", "resnet18", "--train", folder.PathOf("train"), "--test", folder.PathOf("val"), "--size", "32", "--seed", "5", "--json", .. more]);
        Assert.True(status == 0, output + error);
        JsonElement json = JsonShape.Of(output);
        Assert.Equal(
            ["what", "command", "evaluation", "weights", "architecture", "seed", "figures", "settings"],
            json.EnumerateObject().Select(p => p.Name));
        Assert.Equal((verb, 5), (json.GetProperty("evaluation").GetString(), json.GetProperty("seed").GetInt32()));
        Assert.Equal(figure, json.GetProperty("figures").EnumerateObject().First().Name);
        Assert.InRange(json.GetProperty("figures").GetProperty(figure).GetDouble(), 0, 1);
        Assert.Equal((18, 6, 32), (Setting("trainImages"), Setting("testImages"), Setting("size")));
        Assert.True(json.GetProperty("settings").GetProperty(setting).GetArrayLength() > 0);

        int Setting(string name) => json.GetProperty("settings").GetProperty(name).GetInt32();
    }

    [Fact]
    public void A_table_is_printed_with_points_in_its_numbers_also_in_german()
    {
        ImageSets.Voc(folder);
        (int status, string output, string error) = Densecl.RunIn(
            "de_DE.UTF-8",
            "eval",
            "svm",
            "--untrained",
            "resnet18",
            "--data",
            folder.Root,
            "--size",
            "32",
            "--no-low-shot");
        Assert.True(status == 0, output + error);
        Assert.Contains("100.00 %", output, StringComparison.Ordinal);
        Assert.Contains("features, train: 12 of 12 images", output, StringComparison.Ordinal);
        Assert.DoesNotContain("positives a class", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("knn", "--neighbours")]
    [InlineData("linear", "--solver")]
    [InlineData("svm", "--low-shot-cost")]
    public void Help_names_the_options_with_an_example(string verb, string option)
    {
        (int status, string output, _) = Densecl.Run("eval", verb, "--help");
        Assert.Equal(0, status);
        Assert.All(
            new[] { "--weights", "--untrained", "--data", "--train", "--test", "--size", "--seed", "--json", "Examples:", option },
            word => Assert.Contains(word, output, StringComparison.Ordinal));
    }
}
