using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using SkiaSharp;

namespace DenseCL.Tests.Cli;

/// <summary>Each mistake a user can make: what was wrong, where, what to do; status 2; nothing left behind.</summary>
public sealed class WrongCallTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string[], string[]> Mistakes => new()
    {
        { ["--images", "nowhere"], ["nowhere", "nearest folder that exists"] },
        { ["--images", "EMPTY"], ["No images below"] },
        { ["--set", "method.lamda=0.5"], ["method.lamda", "method.lambda"] },
        { ["--set", "method.lambda=1.5"], ["method.lambda", "1.5", "1"] },
        { ["--set", "method.temperature=warm"], ["method.temperature", "warm"] },
        { ["--set", "optim.batch=6", "--set", "method.queue=20"], ["method.queue", "20", "18", "24"] },
        { ["--set", "data.size=32", "--set", "model.outputStride=32"], ["32", "1×1", "method.gridSize"] },
        { ["--set", "optim.batch=64", "--set", "optim.batchNormGroup=whole", "--set", "method.queue=64"], ["48", "optim.batch"] },
        { ["--set", "optim.batchNormGroup=4", "--set", "optim.batch=6"], ["optim.batchNormGroup", "4"] },
        { ["--set", "model.weights=nothing.safetensors"], ["nothing.safetensors"] },
        { ["--set", "run.probe=nowhere"], ["nowhere"] },
        { ["--set", "run.device=cuda"], ["CUDA", "run.device"] },
        { ["--recipe", "smal"], ["smal", "small"] },
        { ["--resume"], ["no run to resume"] },
        { ["--epochs", "3"], ["--epochs", "--help"] },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Is_told_before_any_training(string[] arguments, string[] expected)
    {
        Directory.CreateDirectory(folder["empty"]);
        arguments = [.. arguments.Select(argument => argument == "EMPTY" ? folder["empty"] : argument)];
        string[] images = arguments.Contains("--images") ? [] : ["--images", Path.Combine(ResumeTests.Scenes(folder), "images")];
        string[] small = [.. new[] { "data.size=64", "optim.batch=6", "optim.batchNormGroup=3", "method.queue=18", "optim.epochs=1" }
            .Where(setting => !arguments.Any(argument => argument.StartsWith(setting.Split('=')[0] + "=", StringComparison.Ordinal)))
            .SelectMany(setting => new[] { "--set", setting })];

        (int status, string output, string error) = Densecl.Run(["pretrain", "--out", folder["run"], .. images, .. arguments, .. small]);
        Assert.True(status == 2, $"status {status}\n{output}{error}");
        Assert.All(expected, word => Assert.Contains(word, error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["run"]), "Nothing should be left of a run that never began.");
    }

    [Fact]
    public void A_run_folder_in_use_or_used_is_refused_and_a_damaged_checkpoint_or_another_recipe_too()
    {
        string images = Path.Combine(ResumeTests.Scenes(folder), "images"), run = folder["run"];
        string[] call = ResumeTests.Arguments(images, run);
        using (FileStream held = Hold(run))
        {
            Expect(Densecl.Run(call), 2, run, "in use by another process");
        }

        Assert.Equal(0, Densecl.Run(call).Status);
        Expect(Densecl.Run(call), 2, "already", "--resume");
        Expect(
            Densecl.Run("pretrain", "--images", images, "--out", run, "--resume", "--set", "method.temperature=0.07", "--set", "run.keep=7"),
            2,
            "method.temperature was 0.1 and is now 0.07");

        File.Delete(Directory.GetFiles(images)[0]);
        Expect(Densecl.Run("pretrain", "--images", images, "--out", run, "--resume"), 2, "images are not those");

        string checkpoint = Directory.GetFiles(Path.Combine(run, "checkpoints")).Order(StringComparer.Ordinal).Last();
        Directory.GetFiles(Path.Combine(run, "checkpoints")).Where(file => file != checkpoint).ToList().ForEach(File.Delete);
        byte[] bytes = File.ReadAllBytes(checkpoint);
        bytes[^1] ^= 1;
        File.WriteAllBytes(checkpoint, bytes);
        Expect(Densecl.Run("pretrain", "--images", images, "--out", run, "--resume"), 2, checkpoint, "Delete");
        File.WriteAllBytes(checkpoint, bytes[..1000]);
        Expect(Densecl.Run("pretrain", "--images", images, "--out", run, "--resume"), 2, checkpoint, "Delete");
    }

    [Fact]
    public void Unusable_images_among_good_ones_are_skipped_counted_and_listed_and_too_many_stop_the_run()
    {
        string images = Path.Combine(ResumeTests.Scenes(folder), "images");
        byte[] good = File.ReadAllBytes(Path.Combine(images, "000000.png"));
        File.WriteAllBytes(Path.Combine(images, "zero.png"), []);
        File.WriteAllBytes(Path.Combine(images, "truncated.png"), good[..(good.Length / 2)]);
        File.WriteAllText(Path.Combine(images, "no-image.jpg"), "not an image");
        using (SKBitmap dot = new(1, 1))
        using (FileStream file = File.Create(Path.Combine(images, "one-pixel.png")))
        {
            dot.Encode(file, SKEncodedImageFormat.Png, 100);
        }

        (int status, string output, string error) = Densecl.Run([.. ResumeTests.Arguments(images, folder["run"]), "--set", "data.maxBadShare=0.2"]);
        Assert.True(status == 0, output + error);
        string[] listed = File.ReadAllLines(folder["run", "skipped.jsonl"]);
        Assert.Equal(["no-image.jpg", "one-pixel.png", "truncated.png", "zero.png"], listed.Select(line => line.Split('"')[3]));
        Assert.Contains("4 images could not be used", output, StringComparison.Ordinal);

        Expect(Densecl.Run(ResumeTests.Arguments(images, folder["strict"])), 2, "of 52 images", "data.maxBadShare", folder["strict", "skipped.jsonl"]);
        Assert.Equal(["no-image.jpg", "one-pixel.png", "zero.png"], File.ReadAllLines(folder["strict", "skipped.jsonl"]).Select(line => line.Split('"')[3]));
    }

    [Fact]
    public void A_disk_without_room_is_found_before_training()
    {
        string mount = folder["disk"];
        Directory.CreateDirectory(mount);
        string images = Path.Combine(ResumeTests.Scenes(folder), "images");
        string command =
            $"mount -t tmpfs -o size=20m none '{mount}' && exec '{Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet"}' '{Path.Combine(AppContext.BaseDirectory, "DenseCL.Cli.dll")}' {string.Join(' ', ResumeTests.Arguments(images, Path.Combine(mount, "run")).Select(a => $"'{a}'"))}";
        Assert.SkipUnless(OperatingSystem.IsLinux() && CanMount(mount), "Mounting a small disk of one's own is not allowed here.");
        using Process process = Process.Start(new ProcessStartInfo("unshare", ["-rm", "sh", "-c", command]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Expect((process.ExitCode, "", error), 2, "too full", "run.keep");
    }

    [Theory]
    [InlineData("--out", "pretrain", "--images", "IMAGES", "--out", "")]
    [InlineData("--out", "pretrain", "--images", "IMAGES", "--out", "", "--resume")]
    [InlineData("--out", "demo", "--out", " ")]
    [InlineData("--out", "demo", "--out", "")]
    [InlineData("--out", "data", "scenes", "--out", "")]
    [InlineData("--out", "data", "pack", "--images", "IMAGES", "--out", "")]
    [InlineData("recipe", "pretrain", "--images", "IMAGES", "--out", "RUN", "--recipe", "")]
    [InlineData("images", "pretrain", "--images", "", "--out", "RUN")]
    public void An_empty_name_is_said_to_be_empty(string what, params string[] call)
    {
        string images = Path.Combine(ResumeTests.Scenes(folder), "images");
        Expect(Densecl.Run([.. call.Select(word => word switch { "IMAGES" => images, "RUN" => folder["run"], _ => word })]), 2, "empty", what);
        Assert.False(Directory.Exists(folder["run"]), "Nothing should be left of a run that never began.");
    }

    [Theory]
    [InlineData("inspect", "PIPE")]
    [InlineData("export", "PIPE", "--format", "onnx", "--out", "RUN")]
    [InlineData("pretrain", "--images", "IMAGES", "--out", "RUN", "--recipe", "PIPE")]
    [InlineData("pretrain", "--images", "IMAGES", "--out", "RUN", "--weights", "PIPE", "--set", "optim.batch=6", "--set", "optim.batchNormGroup=3", "--set", "method.queue=6")]
    [InlineData("pretrain", "--images", "LIST", "--out", "RUN")]
    [InlineData("ablate", "PIPE", "--images", "IMAGES", "--data", "IMAGES", "--out", "RUN")]
    public void A_pipe_is_refused_and_not_waited_for(params string[] call)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no named pipes in folders on Windows.");
        string images = Path.Combine(ResumeTests.Scenes(folder), "images"), pipe = folder["pipe.yaml"];
        foreach (string name in (string[])["pipe.yaml", "list.txt"])
        {
            using Process make = Process.Start("mkfifo", [folder[name]]);
            make.WaitForExit();
        }

        Expect(
            Densecl.Run([.. call.Select(word => word switch { "IMAGES" => images, "PIPE" => pipe, "LIST" => folder["list.txt"], "RUN" => folder["run"], _ => word })]),
            2,
            "not a regular file");
    }

    [Fact]
    public void A_pipe_among_images_and_masks_is_refused_and_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no named pipes in folders on Windows.");
        string scenes = ResumeTests.Scenes(folder);
        foreach (string name in (string[])["images/pipe.png", "masks/000000.png"])
        {
            File.Delete(Path.Combine(scenes, name));
            using Process make = Process.Start("mkfifo", [Path.Combine(scenes, name)]);
            make.WaitForExit();
        }

        (int status, string output, string error) = Densecl.Run([.. ResumeTests.Arguments(Path.Combine(scenes, "images"), folder["run"])]);
        Assert.True(status == 0, output + error);
        Assert.Contains("pipe.png", File.ReadAllText(folder["run", "skipped.jsonl"]), StringComparison.Ordinal);
        File.Delete(Path.Combine(scenes, "images", "pipe.png"));
        Expect(Densecl.Run("eval", "dense-probe", "--untrained", "resnet18", "--data", scenes, "--test-data", scenes), 2, "not a regular file");
    }

    [Fact]
    public void Names_in_a_tar_cannot_write_to_the_terminal()
    {
        using (FileStream file = File.Create(folder["hostile.tar"]))
        using (TarWriter tar = new(file))
        {
            tar.WriteEntry(
                new PaxTarEntry(TarEntryType.RegularFile, "\u001b]0;owned\u0007\u009b2J.jpg") { DataStream = new MemoryStream([1, 2, 3]) });
        }

        foreach (string[] call in new string[][] { ["pretrain", "--images", folder["hostile.tar"], "--out", folder["run"]], ["bench", "loader", folder["hostile.tar"]], ["data", "pack", "--images", folder["hostile.tar"], "--out", folder["pack"]] })
        {
            (int status, string output, string error) = Densecl.Run(call);
            Assert.True(status is 1 or 2, $"status {status}\n{output}{error}");
            Assert.Contains("owned", error, StringComparison.Ordinal);
            Assert.DoesNotContain(output + error, c => char.IsControl(c) && !Environment.NewLine.Contains(c, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Help_names_every_option_with_an_example()
    {
        (int status, string output, _) = Densecl.Run("pretrain", "--help");
        Assert.Equal(0, status);
        Assert.All(
            new[] { "--images", "--out", "--recipe", "--set", "--resume", "Examples:", "densecl-coco-r50" },
            word => Assert.Contains(word, output, StringComparison.Ordinal));
    }

    internal static bool CanMount(string folder)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("unshare", ["-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "none", folder]) { UseShellExecute = false, RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static FileStream Hold(string run)
    {
        Directory.CreateDirectory(run);
        return new FileStream(Path.Combine(run, ".lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
    }

    private static void Expect((int Status, string Output, string Error) result, int status, params string[] words)
    {
        Assert.True(
            result.Status == status,
            string.Create(CultureInfo.InvariantCulture, $"status {result.Status}\n{result.Output}{result.Error}"));
        Assert.All(words, word => Assert.Contains(word, result.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }
}
