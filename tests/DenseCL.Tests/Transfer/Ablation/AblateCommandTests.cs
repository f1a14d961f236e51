using System.CommandLine;
using System.Text.Json;
using DenseCL.Cli;
using DenseCL.Cli.Commands;
using DenseCL.Tests.Cli;

namespace DenseCL.Tests.Transfer.Ablation;

/// <summary>The command with evaluations of our own, in this process, and as it is, in another.</summary>
public sealed class AblateCommandTests : IDisposable
{
    private readonly TinyAblation tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void A_dry_run_says_what_would_be_done_and_writes_nothing_and_then_it_is_done()
    {
        File.WriteAllText(tiny["a.yaml"], TinyAblation.Yaml);
        (int status, string output) = Call("--seeds", "7,8", "--dry-run", "--json");
        Assert.Equal(0, status);
        JsonElement plan = JsonShape.Of(output);
        JsonElement run = plan.GetProperty("runs")[1];
        Assert.Equal((6, 6), (plan.GetProperty("runs").GetArrayLength(), plan.GetProperty("figures").GetProperty("runs").GetInt32()));
        Assert.Equal(
            "MoCo-v2 7 24 4 0",
            $"{run.GetProperty("variant")} {run.GetProperty("seed")} {run.GetProperty("images")} {run.GetProperty("steps")} {run.GetProperty("stepsDone")}"
        );
        Assert.Equal(2, run.GetProperty("pending").GetArrayLength());
        Assert.False(Directory.Exists(tiny["out"]));

        (status, output) = Call("--seeds", "7", "--json");
        Assert.Equal(0, status);
        Assert.Equal(File.ReadAllText(tiny["out", "table.json"]), output);
        Assert.Equal(6, JsonShape.Of(output).GetProperty("figures").GetProperty("results").GetInt32());
        (status, output) = Call("--seeds", "7", "--dry-run", "--json");
        Assert.Equal(0, status);
        Assert.DoesNotContain("\"pending\":[\"", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("seed", "--seeds", "1,x")]
    [InlineData("seeds is empty", "--seeds", "")]
    [InlineData("The seed 1 is given twice", "--seeds", "1,2,1")]
    [InlineData("nowhere", "--images", "nowhere")]
    [InlineData("nowhere", "--data", "nowhere")]
    [InlineData("--out", "--out", "")]
    [InlineData("neither a shipped ablation nor a file", "gone.yaml")]
    [InlineData("There is no evaluation `fake`; the evaluations are dense-probe, segmentation, knn, linear, svm, match-score")]
    public void A_wrong_call_is_told_and_nothing_is_written(string expected, params string[] arguments)
    {
        File.WriteAllText(tiny["a.yaml"], TinyAblation.Yaml);
        List<string> call = ["ablate", arguments is [var file] ? file : tiny["a.yaml"], .. arguments.Length == 2 ? arguments : []];
        foreach ((string option, string value) in new[] { ("--images", tiny.Images), ("--data", tiny.Data), ("--out", tiny["out"]) })
        {
            call.AddRange(call.Contains(option) ? [] : [option, value]);
        }

        (int status, string output, string error) = Densecl.Run([.. call]);
        Assert.True(status == 2, $"status {status}\n{output}{error}");
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(tiny["out"]));
    }

    [Fact]
    public void Pretrain_takes_images_of_several_sources()
    {
        string[] call = [.. ResumeTests.Arguments(tiny.Images, tiny["run"]).Select(argument => argument == "optim.epochs=3" ? "optim.epochs=1" : argument), "--images", tiny["scenes", "masks"]];
        (int status, string output, string error) = Densecl.Run(call);
        Assert.True(status == 0, output + error);
        Assert.Contains("48 images from 2 sources: (1) 24 images below", output, StringComparison.Ordinal);
        Assert.Equal(8, File.ReadAllLines(tiny["run", "metrics.jsonl"]).Length);
    }

    private (int Status, string Output) Call(params string[] arguments)
    {
        TextWriter before = Console.Out;
        using StringWriter output = new();
        Console.SetOut(output);
        try
        {
            RootCommand root = [AblateCommand.Create(FakeEvaluation.Kinds())];
            return (
                Verb.Run(
                    root,
                    ["ablate", tiny["a.yaml"], "--images", tiny.Images, "--data", tiny.Data, "--out", tiny["out"], .. arguments]),
                output.ToString());
        }
        finally
        {
            Console.SetOut(before);
        }
    }
}
