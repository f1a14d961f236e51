using System.Diagnostics;

namespace DenseCL.Tests.Cli;

public class CompletionTests
{
    public static TheoryData<string, string[], string[]> Lines => new()
    {
        { "densecl pretr", ["pretrain"], [] },
        { "densecl ", ["pretrain", "completion", "doctor"], ["--help", "/h"] },
        { "densecl --v", ["--version"], ["doctor"] },
        { "densecl eval k", ["knn"], ["linear"] },
        { "densecl pretrain --re", ["--recipe", "--resume"], ["--set"] },
        { "densecl pretrain --recipe small", ["small", "small-mobile"], ["demo"] },
        { "densecl pretrain --resume ", ["auto"], [] },
        { "densecl pretrain --set method.la", ["method.lambda="], [] },
        { "densecl pretrain --set optim.schedule=co", ["constant", "cosine", "cosine-step"], ["optim.schedule=cosine"] },
        { "densecl export run --format s", ["safetensors"], ["onnx"] },
        { "densecl ablate head", ["headline"], ["grid"] },
        { "densecl eval knn --untrained resnet1", ["resnet18"], ["resnet50"] },
        { "densecl pretrain --images ", [], ["--out", "small"] },        // the shell completes file names
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void Bash_completes(string line, string[] offered, string[] notOffered)
    {
        string[] found = InBash(line);
        Assert.All(offered, word => Assert.Contains(word, found));
        Assert.All(notOffered, word => Assert.DoesNotContain(word, found));
    }

    [Theory]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public void Every_shell_has_a_script_that_asks_the_command(string shell)
    {
        (int status, string script, string error) = Densecl.Run("completion", shell);
        Assert.True(status == 0, error);
        Assert.Contains("[suggest:", script, StringComparison.Ordinal);
        Assert.DoesNotContain(Output("completion", "bash"), script, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_shell_is_a_wrong_call()
    {
        (int status, _, string error) = Densecl.Run("completion", "ksh");
        Assert.Equal(2, status);
        Assert.Contains("pwsh", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Did you mean `densecl pretrain`?", "pretran")]
    [InlineData("Did you mean `densecl eval`?", "evl", "knn")]
    [InlineData("Did you mean `densecl eval dense-probe`?", "eval", "denseprobe")]
    [InlineData("Did you mean `densecl data pack`?", "data", "pak", "--out", "x")]
    [InlineData("The verbs of densecl are demo, pretrain, eval,", "quark")]
    public void A_mistyped_verb_gets_the_nearest_one(string expected, params string[] call)
    {
        (int status, string output, string error) = Densecl.Run(call);
        Assert.Equal(2, status);
        Assert.Equal("", output);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private static string Output(params string[] call) => Densecl.Run(call).Output;

    /// <summary>What bash would offer at the end of a line.</summary>
    private static string[] InBash(string line)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "No bash here.");
        using TemporaryFolder folder = new();
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        File.WriteAllText(folder["script"], Output("completion", "bash"));
        File.WriteAllText(
            folder["ask"],
            $$"""
            densecl() { "{{dotnet}}" "{{Path.Combine(AppContext.BaseDirectory, "DenseCL.Cli.dll")}}" "$@"; }
            source "{{folder["script"]}}"
            complete -p densecl > /dev/null || exit 1
            COMP_LINE=$1 COMP_POINT=${#1}
            compopt() { :; }
            _densecl && printf '%s\n' "${COMPREPLY[@]}"
            """);
        using Process bash = Process.Start(new ProcessStartInfo("/bin/bash", [folder["ask"], line]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        string text = bash.StandardOutput.ReadToEnd(), error = bash.StandardError.ReadToEnd();
        bash.WaitForExit();
        Assert.True(bash.ExitCode == 0 && error.Length == 0, error);
        return [.. text.Split('\n').Select(word => word.Trim())];
    }
}
