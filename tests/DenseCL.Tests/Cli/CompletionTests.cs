using System.ComponentModel;
using System.Diagnostics;
using DenseCL.Transfer.Segmentation;

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
        { "densecl eval knn --data x --untrained mobilenet", ["mobilenet-v3-large"], ["resnet18"] },
        { "densecl eval linear --solver ", ["lbfgs", "sgd"], ["--help"] },
        { "densecl eval dense-probe --layout c", ["cityscapes", "cocostuff", "camvid"], ["voc"] },
        { "densecl eval dense-probe --stride ", ["8", "16", "32"], [] },
        { "densecl eval segmentation --recipe ", [.. SegmentationRecipes.Shipped], ["NAME", "FILE"] },
        { "densecl eval segmentation --set s", ["steps="], ["steps"] },
        { "densecl bench step --arch resnet1", ["resnet18", "resnet101", "resnet152"], ["resnet50"] },
        { "densecl bench step --precision ", ["auto", "fp32", "bf16"], [] },
        { "densecl export run --naming ", ["torchvision", "openselfsup", "mmsegmentation"], [] },
        { "densecl pretrain --log-format ", ["text", "json"], [] },
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

    /// <summary>What is written is completed by the shells themselves, but for zsh: it completes at a terminal only, so its part is played here.</summary>
    [Theory]
    [InlineData("fish", "complete -C \"$LINE\"")]
    [InlineData("zsh", "words=(${(z)LINE}); [[ $LINE == *' ' ]] && words+=('') || true; CURRENT=${#words}; PREFIX=$words[-1]; "
        + "compadd() { [[ $1 == -S ]] && shift 2; shift; print -l -- ${(M)@:#$PREFIX*} }; _files() {}; _densecl")]
    [InlineData("pwsh", "$at = $env:LINE.Length; (TabExpansion2 $env:LINE $at).CompletionMatches | ForEach-Object CompletionText")]
    public void Other_shells_complete_too(string shell, string ask)
    {
        using TemporaryFolder folder = new();
        string script = folder[$"densecl.{(shell == "pwsh" ? "ps1" : shell)}"];
        string load = shell switch { "zsh" => "compdef() {}; source", "fish" => "source", _ => "." };
        File.WriteAllText(script, $"{Output("completion", shell)}\n");
        string[] Complete(string line)
        {
            (int status, string output, string error) = Shell(folder, shell, shell switch { "pwsh" => "-NoProfile", "fish" => "-N", _ => "-f" }, $"{load} '{script}'; {ask}", line);
            Assert.True(status == 0 && error.Length == 0, error);
            return [.. output.Split('\n').Select(word => word.Split('\t')[0].Trim()).Where(word => word.Length > 0)];
        }

        Assert.Equal(["pretrain"], Complete("densecl pretr"));
        Assert.Equal(["--recipe", "--resume"], Complete("densecl pretrain --re"));
        Assert.Equal(["small", "small-mobile"], Complete("densecl pretrain --recipe small"));
        Assert.Equal(["optim.schedule=constant", "optim.schedule=cosine", "optim.schedule=cosine-step"], Complete("densecl pretrain --set optim.schedule=co"));
        Assert.Equal(["cityscapes", "cocostuff", "camvid"], Complete("densecl eval dense-probe --layout c").OrderBy(word => word.Length * -1));
        string[] verbs = Complete("densecl ");
        Assert.Contains("pretrain", verbs);
        Assert.DoesNotContain("--help", verbs);
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
    [InlineData("Did you mean `densecl pretrain`?", "pretran", "--help")]
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
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["script"], Output("completion", "bash"));
        const string ask =
            """
            complete -p densecl > /dev/null || exit 1
            COMP_LINE=$LINE COMP_POINT=${#LINE}
            compopt() { :; }
            _densecl && printf '%s\n' "${COMPREPLY[@]}"
            """;
        (int status, string output, string error) = Shell(folder, "bash", "--norc", $"source '{folder["script"]}'\n{ask}", line);
        Assert.True(status == 0 && error.Length == 0, error);
        return [.. output.Split('\n').Select(word => word.Trim())];
    }

    /// <summary>Runs a shell in which <c>densecl</c> is on the PATH; skips the test where there is none.</summary>
    private static (int Status, string Output, string Error) Shell(TemporaryFolder folder, string shell, string option, string script, string line)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", densecl = folder["densecl"];
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command is a script for sh here.");
        if (!OperatingSystem.IsWindows() && !File.Exists(densecl))
        {
            File.WriteAllText(densecl, $"#!/bin/sh\nexec '{dotnet}' '{Path.Combine(AppContext.BaseDirectory, "DenseCL.Cli.dll")}' \"$@\"\n");
            File.SetUnixFileMode(densecl, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        ProcessStartInfo start = new(shell, [option, "-c", script]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        (start.Environment["LINE"], start.Environment["HOME"]) = (line, folder.Path);
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.Result);
        }
        catch (Win32Exception)
        {
            Assert.Skip($"There is no {shell} here.");
            throw;
        }
    }
}
