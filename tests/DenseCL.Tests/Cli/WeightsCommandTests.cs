using System.Text.Json;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Tests.Data;
using DenseCL.Weights;

namespace DenseCL.Tests.Cli;

public sealed class WeightsCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public WeightsCommandTests()
    {
        using Backbone backbone = Backbone.Create(BackboneKind.Resnet18);
        backbone.Initialise(3);
        BackboneFile.Save(folder["backbone.safetensors"], backbone, new Recipe(), 7);
        File.WriteAllText(folder["text"], "no weights here");
        File.WriteAllText(folder["code.pkl"], "cos\nsystem\n(S'true'\ntR.");
    }

    public static TheoryData<string[], string[]> Mistakes => new()
    {
        { ["inspect"], ["Required argument", "--help"] },
        { ["inspect", "F/none"], ["none", "no such file"] },
        { ["inspect", "F/text"], ["6E6F20", "safetensors"] },
        { ["inspect", "F/code.pkl"], ["os.system", "no code"] },
        { ["export", "F", "--format", "onnx"], ["--out"] },
        { ["export", "F", "--format", "pickle", "--out", "F/new"], ["pickle", "detectron2"] },
        { ["export", "F", "--format", "onnx", "--heads", "--out", "F/new"], ["--heads", "backbone alone"] },
        { ["export", "F", "--format", "pytorch", "--stages", "all", "--out", "F/new"], ["--stages", "onnx"] },
        { ["export", "F", "--format", "safetensors", "--naming", "openselfsup", "--out", "F/new"], ["--naming openselfsup", "pytorch"] },
        { ["export", "F", "--format", "pytorch", "--out", "F/text"], ["text exists already", "--force"] },
        { ["export", "F", "--format", "pytorch", "--out", "F"], ["is a folder"] },
        { ["export", "F/text", "--format", "pytorch", "--out", "F/new"], ["text", "safetensors"] },
        { ["pretrain", "--images", "IMAGES", "--out", "F/run", "--weights", "F/none", "--set", "optim.batch=4", "--set", "optim.batchNormGroup=2"], ["none", "no such file"] },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_wrong_call_is_told_what_to_do_and_leaves_nothing_behind(string[] arguments, string[] expected)
    {
        using TemporaryImages images = new();
        for (int i = 0; i < 4; i++)
            images.Picture($"{i}.jpg");

        string[] before = Directory.GetFileSystemEntries(folder.Path);
        (int status, string output, string error) = Densecl.Run(
            [.. arguments.Select(argument => argument == "IMAGES" ? images.Root : argument is "F" ? folder.Path : argument.StartsWith("F/", StringComparison.Ordinal) ? folder[argument[2..]] : argument)]);
        Assert.True(status == 2, $"status {status}\n{output}{error}");
        Assert.All(expected, word => Assert.Contains(word, error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal(before.Order(), Directory.GetFileSystemEntries(folder.Path).Order());
    }

    [Fact]
    public void An_export_is_inspected_and_a_run_starts_from_it()
    {
        (int status, string output, string error) = Densecl.Run(
            "export",
            folder.Path,
            "--format",
            "detectron2",
            "--out",
            folder["backbone.pkl"]);
        Assert.True(status == 0, error);
        Assert.Contains("matched", output, StringComparison.Ordinal);

        (status, output, error) = Densecl.Run("inspect", folder["backbone.pkl"], "--json");
        Assert.True(status == 0, error);
        JsonElement json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(["detectron2", "resnet18"], new[] { "format", "architecture" }.Select(key => json.GetProperty(key).GetString()));
        Assert.Equal(32, json.GetProperty("xxh128").GetString()!.Length);
        JsonElement stem = json.GetProperty("tensors")
            .EnumerateArray()
            .Single(t => t.GetProperty("key").GetString() == "model.stem.conv1.weight");
        Assert.Equal([64, 3, 7, 7], stem.GetProperty("shape").EnumerateArray().Select(side => side.GetInt32()));

        using TemporaryImages images = new();
        for (int i = 0; i < 4; i++)
            images.Picture($"{i}.jpg");
        (status, output, error) = Densecl.Run(
            "pretrain",
            "--images",
            images.Root,
            "--out",
            folder["run"],
            "--weights",
            folder["backbone.pkl"],
            "--set",
            "optim.epochs=1",
            "--set",
            "optim.batch=4",
            "--set",
            "optim.batchNormGroup=2",
            "--set",
            "data.size=48",
            "--set",
            "method.queue=8",
            "--set",
            "method.keyMomentum=0.9");
        Assert.True(status == 0, error);
        Assert.Contains("names of Detectron2", output, StringComparison.Ordinal);
        Assert.Contains("copy of the query encoder", output, StringComparison.Ordinal);
    }
}
