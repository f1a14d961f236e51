using System.Diagnostics;
using DenseCL.Cli;

namespace DenseCL.Tests.Cli;

/// <summary>Machines that lack something a program usually has.</summary>
public sealed class SurroundingsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Without_the_ICU_library_everything_works()
    {
        // .NET looks for ICU 0.0 beside the program, does not find it, and ends a program that needs it before its first line.
        (int status, string output, string error) = Run("", new() { ["DOTNET_SYSTEM_GLOBALIZATION_APPLOCALICU"] = "0.0" }, "bench", "--help");
        Assert.Equal((0, ""), (status, error));
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_working_directory_that_is_gone_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux lets a working directory be removed.");
        string gone = folder["gone"];
        Directory.CreateDirectory(gone);
        (int status, _, string error) = Run($"cd '{gone}' && rmdir '{gone}' && ", [], "doctor");
        Assert.Equal(1, status);
        Assert.Equal("densecl: the working directory has been removed. Change to one that exists, and start again.\n", error);
    }

    [Fact]
    public void A_device_is_not_replaced_by_a_file()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no /dev/full here.");
        string scenes = folder["scenes"], run = folder["run"];
        Assert.Equal(0, Densecl.Run("data", "scenes", "--out", scenes, "--count", "8", "--size", "32").Status);
        Assert.Equal(
            0,
            Densecl.Run(
                "pretrain", "--images", Path.Combine(scenes, "images"), "--out", run, "--set", "data.size=32", "--set", "optim.batch=4",
                "--set", "optim.batchNormGroup=4", "--set", "optim.epochs=1", "--set", "method.queue=64").Status);
        (int status, _, string error) = Densecl.Run("export", run, "--format", "safetensors", "--out", "/dev/full");
        Assert.Equal(1, status);
        Assert.Contains("/dev/full is a device, not a regular file, and is not replaced: choose the name of a file.", error, StringComparison.Ordinal);
        (status, _, error) = Densecl.Run("export", run, "--format", "safetensors", "--out", "/dev/full", "--force");
        Assert.Equal((1, true), (status, error.Contains("is a device", StringComparison.Ordinal)));
        Assert.False(File.Exists("/dev/full.partial"));
    }

    [Fact]
    public void A_full_disk_is_no_wrong_call()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no /dev/full here.");
        IOException full = Assert.ThrowsAny<IOException>(() =>
        {
            using FileStream device = new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            device.Write([1]);
        });
        Assert.True(Verb.IsFullDisk(full));
        Assert.False(Verb.IsFullDisk(new FileNotFoundException()));
    }

    private static (int Status, string Output, string Error) Run(string before, Dictionary<string, string> environment, params string[] arguments)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        ProcessStartInfo start = new(host, [Path.Combine(AppContext.BaseDirectory, "DenseCL.Cli.dll"), .. arguments]);
        if (before.Length > 0)
        {
            start = new("/bin/sh", ["-c", $"{before}exec '{host}' {string.Join(' ', start.ArgumentList.Select(word => $"'{word}'"))}"]);
        }

        (start.UseShellExecute, start.RedirectStandardOutput, start.RedirectStandardError) = (false, true, true);
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }
}
