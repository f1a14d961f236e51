using System.Text.Json;

namespace DenseCL.Tests.Cli;

public sealed class DataPackTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string images;

    public DataPackTests() => images = Path.Combine(ResumeTests.Scenes(folder), "images");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_run_on_a_folder_goes_on_with_the_pack_of_it()
    {
        (int status, string output, string error) = Densecl.Run(
            "data",
            "pack",
            "--images",
            images,
            "--out",
            folder["pack"],
            "--images-per-shard",
            "20",
            "--threads",
            "3");
        Assert.True(status == 0, output + error);
        Assert.Contains("shards: 3", output, StringComparison.Ordinal);

        string[] call = [.. ResumeTests.Arguments(images, folder["run"]).Select(a => a == "optim.epochs=3" ? "optim.epochs=1" : a)];
        Assert.Equal(0, Densecl.Run(call).Status);
        (status, output, error) = Densecl.Run("pretrain", "--images", folder["pack"], "--out", folder["run"], "--resume");
        Assert.True(status == 0, output + error);
        Assert.Contains("The run is complete: all 8 steps are done.", output, StringComparison.Ordinal);
    }

    [Fact]
    public void With_json_one_object_is_printed()
    {
        File.WriteAllText(Path.Combine(images, "text.jpg"), "not an image");
        (int status, string output, string error) = Densecl.Run(
            "data",
            "pack",
            "--images",
            images,
            "--out",
            folder["pack"],
            "--shard-size",
            "0.1MiB",
            "--json");
        Assert.True(status == 0, error);
        JsonElement json = JsonShape.Of(output).GetProperty("figures");
        FileInfo[] shards = new DirectoryInfo(folder["pack"]).GetFiles("*.tar");
        Assert.Equal(Directory.GetFiles(images).Length - 1, json.GetProperty("images").GetInt32());
        Assert.Equal(1, json.GetProperty("skipped").GetInt32());
        Assert.Equal(shards.Length, json.GetProperty("shards").GetInt32());
        Assert.Equal(shards.Sum(s => s.Length), json.GetProperty("bytes").GetInt64());
        Assert.True(json.GetProperty("seconds").GetDouble() > 0);
        Assert.All(shards, shard => Assert.InRange(shard.Length, 1, 104857));
    }

    [Theory]
    [InlineData("--shard-size is", "--shard-size", "lots")]
    [InlineData("--shard-size is", "--shard-size", "0MB")]
    [InlineData("--shard-size is", "--shard-size", "99999999999999999999999999999TB")]
    [InlineData("--shard-size is", "--shard-size", "-1GB")]
    [InlineData("number of images", "--images-per-shard", "0")]
    [InlineData("shorter side", "--short-side", "8")]
    [InlineData("--short-side too", "--quality", "80")]
    [InlineData("quality", "--quality", "101", "--short-side", "64")]
    [InlineData("threads", "--threads", "0")]
    [InlineData("nowhere", "--images", "nowhere")]
    public void A_wrong_call_is_told_before_any_work(string word, params string[] arguments)
    {
        string[] source = arguments.Contains("--images") ? [] : ["--images", images];
        (int status, _, string error) = Densecl.Run(["data", "pack", "--out", folder["pack"], .. source, .. arguments]);
        Assert.Equal(2, status);
        Assert.Contains(word, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(Path.Exists(folder["pack"]));
    }

    [Fact]
    public void A_folder_that_is_not_empty_is_refused()
    {
        (int status, _, string error) = Densecl.Run("data", "pack", "--images", images, "--out", images);
        Assert.Equal(2, status);
        Assert.Contains("not empty", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_ends_it_with_a_message_and_nothing_left()
    {
        (string output, string error) = PackOntoADisk(size: "200k", "disk/pack");
        Assert.EndsWith("\n1\n", output, StringComparison.Ordinal);
        Assert.Contains("free some space", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_at_which_a_disk_is_mounted_is_refused_before_anything_is_packed()
    {
        (string output, string error) = PackOntoADisk(size: "50m", "disk");
        Assert.EndsWith("1\n", output, StringComparison.Ordinal);
        Assert.Contains("choose a folder below it", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(Path.Exists(folder["disk.partial"]));
    }

    /// <summary>The exit status, and below it what is on the disk then.</summary>
    private (string Output, string Error) PackOntoADisk(string size, string to)
    {
        string disk = folder["disk"];
        Directory.CreateDirectory(disk);
        string densecl =
            $"'{Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet"}' '{Path.Combine(AppContext.BaseDirectory, "DenseCL.Cli.dll")}'";
        string command =
            $"mount -t tmpfs -o size={size} none '{disk}' && {densecl} data pack --images '{images}' --out '{folder[to]}'; echo \"$?\"; ls -A '{disk}'";
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && WrongCallTests.CanMount(disk),
            "Mounting a small disk of one's own is not allowed here.");
        return OtherProgram.Run("unshare", "-rm", "sh", "-c", command);
    }

    [Fact]
    public void Help_names_every_option_with_an_example()
    {
        (int status, string output, _) = Densecl.Run("data", "pack", "--help");
        Assert.Equal(0, status);
        Assert.All(
            new[] { "--images", "--out", "--shard-size", "--images-per-shard", "--short-side", "--quality", "--threads", "--json", "Examples:" },
            word => Assert.Contains(word, output, StringComparison.Ordinal));
    }
}
