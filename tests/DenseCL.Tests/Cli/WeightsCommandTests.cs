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
        { ["export", "F", "--format", "pickle", "--out", "F/new"], ["--format is 'pickle', but must be one of detectron2, onnx, pytorch, safetensors.\n"] },
        { ["export", "F", "--format", "onnx", "--stages", "some", "--out", "F/new"], ["--stages is 'some', but must be one of all, last.\n"] },
        { ["export", "F", "--format", "pytorch", "--naming", "x", "--out", "F/new"], ["--naming is 'x', but must be one of mmsegmentation, openselfsup, torchvision.\n"] },
        { ["eval", "dense-probe", "--untrained", "resnet18", "--data", "F", "--labelled", "0"], ["--labelled is 0", "1"] },
        { ["bench", "step", "--steps", "1.5"], ["--steps is '1.5', but must be a whole number such as 7.\n"] },
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
    public void Damaged_weights_are_refused_by_every_command_with_one_status()
    {
        string file = folder["backbone.safetensors"];
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
        RefuseEverywhere("checksum");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Weights_that_are_no_numbers_are_named_when_they_are_loaded(float wrong)
    {
        using (Backbone backbone = Backbone.Create(BackboneKind.Resnet18))
        {
            backbone.Initialise(3);
            using TorchSharp.torch.Tensor weight = backbone.state_dict()["layer2.0.conv1.weight"].view(-1);
            using TorchSharp.torch.Tensor one = weight[100];
            using (TorchSharp.torch.no_grad())
            {
                one.fill_(wrong);
            }

            BackboneFile.Save(folder["backbone.safetensors"], backbone, new Recipe(), 7);
        }

        RefuseEverywhere("layer2.0.conv1.weight", inspect: false);
    }

    [Fact]
    public void A_run_before_its_first_checkpoint_says_when_there_will_be_one()
    {
        string run = folder["begun"];
        Directory.CreateDirectory(Path.Combine(run, "checkpoints"));
        File.WriteAllText(Path.Combine(run, "recipe.yaml"), new Recipe().ToString());
        foreach (string[] call in (string[][])[["inspect", run], ["export", run, "--format", "onnx", "--out", folder["new"]]])
        {
            (int status, _, string error) = Densecl.Run(call);
            Assert.Equal(2, status);
            Assert.Contains("no checkpoint yet", error, StringComparison.Ordinal);
            Assert.Contains("run.checkpointMinutes", error, StringComparison.Ordinal);
        }
    }

    /// <summary>What a command says of the backbone in the folder, and that nothing is made of it.</summary>
    private void RefuseEverywhere(string words, bool inspect = true)
    {
        using TemporaryImages images = new();
        for (int i = 0; i < 4; i++)
        {
            images.Picture($"{i}.jpg");
        }

        string file = folder["backbone.safetensors"];
        string[][] calls =
        [
            ["inspect", file],
            ["export", file, "--format", "pytorch", "--out", folder["new"]],
            ["match-score", "--weights", file, "--images", images.Root],
            ["pretrain", "--images", images.Root, "--out", folder["run"], "--weights", file, "--set", "optim.batch=4", "--set", "optim.batchNormGroup=2", "--set", "method.queue=4"],
        ];
        List<int> statuses = [];
        foreach (string[] call in calls.Skip(inspect ? 0 : 1))
        {
            (int status, string output, string error) = Densecl.Run(call);
            Assert.True(status is 1 or 2, output + error);
            Assert.Contains(words, error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
            statuses.Add(status);
        }

        Assert.False(File.Exists(folder["new"]));
        Assert.False(inspect && statuses.Distinct().Count() > 1, string.Join(' ', statuses));
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
        JsonElement json = JsonShape.Of(output);
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
