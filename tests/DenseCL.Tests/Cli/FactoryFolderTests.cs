using System.Diagnostics;
using System.Text.Json;
using DenseCL.Recipes;
using DenseCL.Tests.Data;
using DenseCL.Tests.Images;
using DenseCL.Transfer.Features;

namespace DenseCL.Tests.Cli;

/// <summary>Folders as they come from a factory, through the command as a user runs it.</summary>
public sealed class FactoryFolderTests : IDisposable
{
    private static readonly string[] GoodNames =
        ["line 1/part {0}", "emoji \U0001F527/{0}", "quote's/\"{0}\"", "two\nlines/{0}", "\u00fcml\u00e4ut/{0}", "deep/er/and/deeper/{0}", "--dash {0}", "{0}.tar", "$(echo {0})", "%{0}% & ;"];

    // PNG of 8 and 16 bits, JPEG, TIFF of six kinds.
    private static readonly string[] Kinds =
        ["rgb.png", "grey16.png", "rgb16.png", "rgb-420.jpg", "strips.tif", "lzw-predicted-big.tif", "deflate-tiles.tif", "packbits.tif", "jpeg.tif", "rgb16-tiles.tif"];

    private readonly TemporaryImages files = new();
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        if (!OperatingSystem.IsWindows()) Shell("rm -rf \"$1\"/latin", files.Root);   // .NET cannot delete what it cannot name
        files.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Every_good_file_is_used_and_every_bad_one_is_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Names with these characters, and names that are no text, do not exist on Windows.");
        for (int i = 0; i < 250; i++)
            Copy(Kinds[i % Kinds.Length], string.Format(null, GoodNames[i / 10 % 10], i) + Path.GetExtension(Kinds[i % Kinds.Length]));

        Dictionary<string, string> bad = new(StringComparer.Ordinal);
        foreach (string format in (string[])["jpg", "png", "tif"])
        {
            for (int i = 0; i < 4; i++)
                Bad($"{format} {i}/cut\n{i}.{format}", Cut(format, i), format == "tif" ? "cut off" : "truncated");
            for (int i = 0; i < 4; i++)
                Bad($"{format} {i}/text.{format}", "no picture at all"u8.ToArray(), "not an image");
            for (int i = 0; i < 4; i++)
                Bad($"{format} {i}/empty.{format}", [], "empty");
        }

        Bad("floats.tif", Golden.Refused("float.tif"), "floating-point");
        Bad("print.tif", Golden.Refused("cmyk.tif"), "CMYK");
        Bad("fax.tif", Golden.Refused("fax.tif"), "compression 4");
        Bad("big.tif", Golden.Refused("big.tif"), "BigTIFF");
        Bad("moving.gif", Golden.Refused("animated.gif"), "animated");
        Bad("dot.png", Golden.Refused("one-pixel.png"), "too small");
        Bad("unknown.jpg", Golden.Refused("other.ppm"), "not an image");
        for (int i = 0; i < 5; i++)
            Bad($"damaged/{i}.tif", Damaged(i), i < 2 ? "damaged: its pixels cannot be decoded" : "cut off");

        // The bytes E9 and F6 are letters in Latin-1, and no text in UTF-8.
        string source = files.PathOf("line 1/part 0.png");
        Directory.CreateDirectory(Path.Combine(files.Root, "latin"));
        Shell("cp \"$1\" \"$2/$(printf 'caf\\351.png')\" && cp \"$1\" \"$2/$(printf 'k\\366ln.png')\"", source, Path.Combine(files.Root, "latin"));
        bad["latin/caf\uFFFD.png"] = bad["latin/k\uFFFDln.png"] = "not UTF-8";
        Assert.Equal(50, bad.Count);

        string run = folder["run"];
        (int status, string output, string error) = Pretrain(run, "data.maxBadShare=0.2");

        Assert.True(status == 0, output + error);
        Dictionary<string, string> skipped = File.ReadLines(Path.Combine(run, "skipped.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(line => line.GetProperty("file").GetString()!, line => line.GetProperty("reason").GetString()!, StringComparer.Ordinal);
        Assert.Equal(bad.Keys.Order(StringComparer.Ordinal), skipped.Keys.Order(StringComparer.Ordinal));
        Assert.All(bad, entry => Assert.Contains(entry.Value, skipped[entry.Key], StringComparison.Ordinal));

        // The first epoch has whole batches of all the others, so each was decoded; what could not be would be listed above.
        int opened = int.Parse(output.Split(" of 300 images ")[0].Split('\n')[^1], null);
        Assert.Equal(260, opened);      // with four JPEGs, four PNGs and two TIFFs whose heads are right
        Assert.DoesNotContain("LZW", output + error, StringComparison.OrdinalIgnoreCase);        // LibTiff's own messages go to no console
        Assert.Equal(opened / 4, File.ReadLines(Path.Combine(run, "metrics.jsonl")).Count());

        void Bad(string name, byte[] content, string reason)
        {
            files.Write(name, content);
            bad.Add(name, reason);
        }
    }

    [Fact]
    public void Dark_pictures_are_noted_and_what_stretches_them_stays_with_the_run_and_the_backbone()
    {
        for (int i = 0; i < 24; i++)
        {
            int seed = i;
            files.Write($"{i}.png", HostileFileTests.DeepPng(48, 48, (x, y) => 96 + (((x * 70) + (y * 130) + (seed * 31)) % 4000)));
        }

        (int status, string output, string error) = Pretrain(folder["auto"]);
        Assert.True(status == 0, output + error);
        Assert.Contains("Note: 24 of 24 images of 16 bits that were looked at use at most 12 bits", output, StringComparison.Ordinal);
        Assert.True(BackboneSource.Open(folder["auto"]).Normalisation.Depth.IsAuto);

        (status, output, error) = Pretrain(folder["stretch"], "data.depth=stretch");
        Assert.True(status == 0, output + error);
        Assert.DoesNotContain("Note: 24", output, StringComparison.Ordinal);
        Recipe recipe = RecipeReader.Read(folder["stretch", "recipe.yaml"]);
        Assert.Matches(@"^\[(9\d|1\d\d), 40[5-9]\d\]$", recipe.Data.Depth.ToString());
        Assert.Equal(recipe.Data.Depth, BackboneSource.Open(folder["stretch"]).Normalisation.Depth);
        Assert.Equal(recipe.Data.Depth, BackboneSource.Open(folder["stretch", "backbone.safetensors"]).Normalisation.Depth);

        // The run's own recipe has the values; the user's has the word, which stands for the same.
        (status, output, error) = Pretrain(folder["stretch"], "data.depth=stretch", "--resume");
        Assert.True(status == 0, output + error);
    }

    private (int Status, string Output, string Error) Pretrain(string run, params string[] more) => Densecl.Run(
        [
            "pretrain", "--images", files.Root, "--out", run,
            .. new[] { "data.size=32", "method.gridSize=1", "optim.batch=4", "optim.batchNormGroup=2", "optim.epochs=1", "method.queue=16", "run.logEvery=1" }
                .Concat(more.Where(argument => argument.Contains('=', StringComparison.Ordinal)))
                .SelectMany(setting => new[] { "--set", setting }),
            .. more.Where(argument => argument.StartsWith('-')),
        ]);

    private void Copy(string kind, string name) => files.Write(name, Golden.File(kind).Data);

    // Of these TIFFs the head lies at the end.
    private static byte[] Cut(string format, int number)
    {
        byte[] whole = Golden.File(format switch { "jpg" => "rgb-420.jpg", "png" => number < 2 ? "rgb.png" : "rgb16.png", _ => "planes.tif" }).Data;
        return whole[..((whole.Length * 9 / 10) - number)];
    }

    private static byte[] Damaged(int number)
    {
        byte[] tiff = [.. Golden.File(number < 2 ? "lzw-predicted-big.tif" : Kinds[4 + number]).Data];
        tiff.AsSpan(number < 2 ? 100 : 4, number < 2 ? 50 : 4).Fill(0xFF);      // codes that mean nothing, or a directory behind the end
        return tiff;
    }

    private static void Shell(string script, params string[] arguments)
    {
        using var shell = Process.Start("/bin/sh", ["-c", script, "sh", .. arguments]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
