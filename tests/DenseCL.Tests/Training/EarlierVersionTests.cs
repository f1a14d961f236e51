using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DenseCL.Data.Sources;
using DenseCL.Method;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Tests.Method;
using DenseCL.Training;
using DenseCL.Weights;
using DenseCL.Weights.Formats.Safetensors;
using TorchSharp;

namespace DenseCL.Tests.Training;

/// <summary>
/// Checkpoints and backbones that an earlier version of this program wrote. Only their headers are kept, in tests/Golden/Runs/earlier; the
/// numbers behind them are hashes of the tensors' names. Set <c>DENSECL_EARLIER_VERSION</c> to the DenseCL.Cli.dll of a version, and the first test
/// writes the files anew with it.
/// </summary>
public class EarlierVersionTests
{
    private const int StepsBefore = 2;

    private static readonly string[] Settings =
    [
        "data.size=64", "optim.batch=6", "optim.batchNormGroup=3", "optim.epochs=2", "method.queue=18", "method.keyMomentum=0.9",
        "method.temperature=0.2", "method.denseTemperature=0.1", "run.precision=fp32", "run.device=cpu", "run.logEvery=1", "run.checkpointEvery=2",
        "run.keep=9",
    ];

    [Fact]
    public void A_run_of_an_earlier_version_goes_on_as_that_version_went_on()
    {
        using TemporaryFolder folder = new();
        string images = Images(folder), run = folder["run"];
        if (Environment.GetEnvironmentVariable("DENSECL_EARLIER_VERSION") is { } program)
        {
            Record(program, images, folder["earlier"], folder["gone-on"]);
        }

        Directory.CreateDirectory(Path.Combine(run, "checkpoints"));
        Build("checkpoint", Path.Combine(run, "checkpoints", Checkpoint(StepsBefore)));
        using RunFolder opened = RunFolder.Open(run, resume: false);
        using (Pretrainer pretrainer = new(RecipeReader.Read("small", Settings), ImageSource.Open(images), new SkippedImages(), opened))
        {
            Assert.Equal(StepsBefore, pretrainer.Step);
            Assert.True(pretrainer.Run(progress: null, TestContext.Current.CancellationToken));
        }

        string[] expected = File.ReadAllLines(Golden("metrics.jsonl")), actual = File.ReadAllLines(opened.Metrics);
        Assert.Equal(expected.Length, actual.Length);
        foreach ((string before, string now) in expected.Zip(actual))
        {
            using JsonDocument old = JsonDocument.Parse(before), current = JsonDocument.Parse(now);
            foreach (string name in (string[])["step", "learningRate", "loss", "lossGlobal", "lossDense", "queueFilled"])
            {
                // Another processor rounds in another way; where it was written, the numbers are the same to the bit.
                double value = old.RootElement.GetProperty(name).GetDouble();
                Assert.Equal(value, current.RootElement.GetProperty(name).GetDouble(), 1e-4 * Math.Abs(value));
            }
        }
    }

    [Fact]
    public void Every_number_of_a_checkpoint_of_an_earlier_version_is_loaded_and_saved_as_it_is()
    {
        using TemporaryFolder folder = new();
        string before = folder["before.safetensors"], after = folder["after.safetensors"];
        Build("checkpoint", before);
        string data = Header("checkpoint").RootElement.GetProperty("__metadata__").GetProperty("data").GetString()!;
        Recipe recipe = RecipeReader.Read("small", Settings).Resolve(12);
        using DenseContrast method = new(recipe, torch.CPU);
        using TrainingStep training = new(method, recipe.Optim);
        Assert.Equal(StepsBefore, DenseCL.Training.Checkpoint.Load(before, training, recipe, data, out string? damage).Step);
        Assert.Null(damage);
        DenseCL.Training.Checkpoint.Save(after, training, StepsBefore, recipe, data);
        using SafetensorsFile old = SafetensorsFile.Open(before, verify: true), current = SafetensorsFile.Open(after, verify: true);
        foreach (string note in (string[])["format", "step", "enqueued", "data", SafetensorsFile.ChecksumKey])
        {
            Assert.Equal(old.Metadata[note], current.Metadata[note]);
        }

        Assert.Equal(Numbers(before), Numbers(after));
    }

    [Fact]
    public void A_backbone_of_an_earlier_version_is_loaded_as_it_is()
    {
        using TemporaryFolder folder = new();
        string file = folder["backbone.safetensors"];
        Build("backbone", file);
        using SafetensorsFile opened = SafetensorsFile.Open(file, verify: true);
        Assert.Equal("resnet18", opened.Metadata["architecture"]);
        using Backbone backbone = Backbone.Create(BackboneKind.Resnet18);
        BackboneFile.Load(file, backbone);
        foreach ((string name, torch.Tensor tensor) in backbone.state_dict())
        {
            Assert.Equal(Fill(name, tensor.shape, tensor.dtype == torch.int64), tensor.contiguous().bytes.ToArray());
        }
    }

    /// <summary>12 photographs, so to speak: two steps an epoch.</summary>
    private static string Images(TemporaryFolder folder)
    {
        const int Side = 72;
        string images = folder["images"];
        Directory.CreateDirectory(images);
        for (int image = 0; image < 12; image++)
        {
            float[] values = HashFill.Values($"image {image}", 3 * 64, 0, 255);
            byte[] file = new byte[54 + (Side * Side * 3)];
            "BM"u8.CopyTo(file);
            foreach ((int at, int value) in (ReadOnlySpan<(int, int)>)[(2, file.Length), (10, 54), (14, 40), (18, Side), (22, Side), (26, 1 | (24 << 16))])
            {
                BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
            }

            for (int y = 0; y < Side; y++)
            {
                for (int x = 0; x < Side; x++)
                {
                    for (int channel = 0; channel < 3; channel++)
                    {
                        file[54 + (((y * Side) + x) * 3) + channel] = (byte)values[(channel * 64) + (y / 9 * 8) + (x / 9)];
                    }
                }
            }

            File.WriteAllBytes(Path.Combine(images, $"{image:D2}.bmp"), file);
        }

        return images;
    }

    /// <summary>Trains two steps with an earlier version, gives its checkpoint the numbers of the fill, and lets it go on from there.</summary>
    private static void Record(string program, string images, string run, string goneOn)
    {
        string[] arguments = ["pretrain", "--recipe", "small", "--images", images, .. Settings.SelectMany(s => (string[])["--set", s])];
        Start(program, [.. arguments, "--out", run]);
        Keep("checkpoint", Path.Combine(run, "checkpoints", Checkpoint(StepsBefore)));
        Keep("backbone", Path.Combine(run, "backbone.safetensors"));
        Directory.CreateDirectory(Path.Combine(goneOn, "checkpoints"));
        File.Copy(Path.Combine(run, "recipe.yaml"), Path.Combine(goneOn, "recipe.yaml"));
        Build("checkpoint", Path.Combine(goneOn, "checkpoints", Checkpoint(StepsBefore)));
        Start(program, [.. arguments, "--out", goneOn, "--resume"]);
        File.Copy(Path.Combine(goneOn, "metrics.jsonl"), Golden("metrics.jsonl"), overwrite: true);
    }

    private static void Start(string program, string[] arguments)
    {
        using Process process = Process.Start("dotnet", [program, .. arguments]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>Keeps a file's header, with the checksum of the fill in the place of its own.</summary>
    private static void Keep(string name, string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        string header = Encoding.UTF8.GetString(bytes, 8, (int)BinaryPrimitives.ReadInt64LittleEndian(bytes));
        using JsonDocument parsed = JsonDocument.Parse(header);
        string checksum = Convert.ToHexStringLower(XxHash128.Hash(Data(parsed)));
        string own = parsed.RootElement.GetProperty("__metadata__").GetProperty(SafetensorsFile.ChecksumKey).GetString()!;
        File.WriteAllText(Golden(name + ".header"), header.Replace(own, checksum, StringComparison.Ordinal));
    }

    private static void Build(string name, string file)
    {
        byte[] header = File.ReadAllBytes(Golden(name + ".header")), length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        using JsonDocument parsed = Header(name);
        File.WriteAllBytes(file, [.. length, .. header, .. Data(parsed)]);
    }

    private static byte[] Data(JsonDocument header)
    {
        var tensors = header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__").Select(entry => (
            entry.Name,
            Start: entry.Value.GetProperty("data_offsets")[0].GetInt32(),
            Whole: entry.Value.GetProperty("dtype").GetString() == "I64",
            Shape: entry.Value.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64()).ToArray()));
        using MemoryStream data = new();
        foreach ((string name, int start, bool whole, long[] shape) in tensors.OrderBy(tensor => tensor.Start))
        {
            Assert.Equal(start, data.Position);
            data.Write(Fill(name, shape, whole));
        }

        return data.ToArray();
    }

    /// <summary>The numbers of a tensor: of a size as in a network that has begun to learn.</summary>
    private static byte[] Fill(string name, long[] shape, bool whole)
    {
        long count = shape.Aggregate(1L, (product, side) => product * side);
        if (whole)
        {
            return MemoryMarshal.AsBytes(Enumerable.Repeat((long)StepsBefore, (int)count).ToArray().AsSpan()).ToArray();
        }

        double bound = shape.Length > 1 ? Math.Sqrt(6.0 * shape[0] / count) : 0.05;
        (double low, double high) =
            name == "velocity" ? (-0.001, 0.001)
            : name.EndsWith("running_var", StringComparison.Ordinal) ? (0.5, 1.5)
            : shape.Length > 1 || name.EndsWith("bias", StringComparison.Ordinal) || name.EndsWith("running_mean", StringComparison.Ordinal) ? (-bound, bound)
            : (0.9, 1.1);
        return MemoryMarshal.AsBytes(HashFill.Values(name, count, low, high).AsSpan()).ToArray();
    }

    /// <summary>A hash of all that stands behind the header.</summary>
    private static byte[] Numbers(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        return SHA256.HashData(file.AsSpan(8 + (int)BinaryPrimitives.ReadInt64LittleEndian(file)));
    }

    private static JsonDocument Header(string name) => JsonDocument.Parse(File.ReadAllText(Golden(name + ".header")));

    private static string Golden(string name) => Repository.PathOf("tests", "Golden", "Runs", "earlier", name);

    private static string Checkpoint(int step) => $"step-{step:D9}.safetensors";
}
