using System.IO.Compression;
using System.Text;
using System.Text.Json;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Weights;
using DenseCL.Weights.Formats.PyTorch;
using static TorchSharp.torch;

namespace DenseCL.Tests.Weights;

public sealed class PyTorchWriterTests : IDisposable
{
    /// <summary>What PyTorch's restricted reader may call for tensors of ours, plainer than its own list.</summary>
    private static readonly string[] AllowedGlobals =
    [
        "collections OrderedDict",
        "torch BFloat16Storage",
        "torch BoolStorage",
        "torch ByteStorage",
        "torch CharStorage",
        "torch DoubleStorage",
        "torch FloatStorage",
        "torch HalfStorage",
        "torch IntStorage",
        "torch LongStorage",
        "torch ShortStorage",
        "torch._utils _rebuild_tensor_v2",
    ];

    private readonly TemporaryFolder folder = new();

    private string FilePath => folder["a.pth"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_flipped_bit_of_any_entry_is_found_by_its_checksum()
    {
        byte[] whole = TwoStorages();
        using (WeightFile file = WeightFile.Open(Written(whole)))
        {
            file.Verify();
        }

        foreach (string entry in (string[])["archive/data/0", "archive/data/1"])
        {
            byte[] damaged = [.. whole];
            damaged[LocalHeaders(whole).Single(found => found.Name == entry).DataStart] ^= 0x10;
            using WeightFile file = WeightFile.Open(Written(damaged));
            string message = Assert.Throws<WeightFileException>(file.Verify).Message;
            Assert.Contains($"the checksum of its entry '{entry}' differs", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_checksums_there_is_nothing_to_verify()
    {
        byte[] bytes = TwoStorages();
        for (int at = bytes.AsSpan().IndexOf("PK\u0001\u0002"u8); at < bytes.Length - 46 && bytes.AsSpan(at).StartsWith("PK\u0001\u0002"u8);)
        {
            bytes.AsSpan(at + 16, 4).Fill(0xAB);
            at += 46 + BitConverter.ToUInt16(bytes, at + 28) + BitConverter.ToUInt16(bytes, at + 30) + BitConverter.ToUInt16(bytes, at + 32);
        }

        using WeightFile file = WeightFile.Open(Written(bytes));
        file.Verify();
    }

    private byte[] TwoStorages()
    {
        using var scope = NewDisposeScope();
        PyTorchWriter.Write(FilePath, new Dictionary<string, Tensor> { ["a"] = arange(5), ["b"] = ones(7) });
        return File.ReadAllBytes(FilePath);
    }

    private string Written(byte[] bytes)
    {
        File.WriteAllBytes(FilePath, bytes);
        return FilePath;
    }

    [Fact]
    public void The_file_is_a_plain_zip_whose_storages_are_aligned()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = SampleTensors.All();
        PyTorchWriter.Write(FilePath, tensors);
        byte[] file = File.ReadAllBytes(FilePath);
        using ZipArchive zip = ZipFile.OpenRead(FilePath);
        Assert.Equal(
            ["archive/data.pkl", "archive/byteorder", .. Enumerable.Range(0, tensors.Count).Select(i => $"archive/data/{i}"), "archive/version"],
            zip.Entries.Select(entry => entry.FullName));
        Assert.Equal("little", Text(zip, "archive/byteorder"));
        Assert.Equal("3\n", Text(zip, "archive/version"));
        Assert.All(zip.Entries, entry =>
        {
            byte[] content = Content(entry);
            Assert.Equal(entry.Length, entry.CompressedLength);
            Assert.Equal(System.IO.Hashing.Crc32.HashToUInt32(content), entry.Crc32);
            Assert.Equal(new DateTime(1980, 1, 1), entry.LastWriteTime.DateTime);
        });
        foreach ((int start, string entry) in LocalHeaders(file))
        {
            Assert.True(start % 64 == 0, $"{entry} begins at {start}");
            byte[] content = Content(zip.GetEntry(entry)!);
            Assert.Equal(content, file[start..(start + content.Length)]);
        }

        Assert.Equal(zip.Entries.Count, LocalHeaders(file).Count());
    }

    [Fact]
    public void The_same_tensors_give_the_same_bytes_and_replace_the_old_file()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = SampleTensors.All();
        File.WriteAllText(FilePath, "old");
        PyTorchWriter.Write(FilePath, tensors, "state_dict", Notes());
        byte[] first = File.ReadAllBytes(FilePath);
        PyTorchWriter.Write(FilePath, tensors.ToDictionary(t => t.Key, t => t.Value.clone()), "state_dict", Notes());
        Assert.Equal(first, File.ReadAllBytes(FilePath));
        Assert.Equal(FilePath, Assert.Single(Directory.EnumerateFileSystemEntries(folder.Path)));
    }

    [Fact]
    public void Tied_tensors_are_written_once_and_other_views_of_their_memory_by_themselves()
    {
        using var scope = NewDisposeScope();
        Tensor x = arange(6, dtype: ScalarType.Float32);
        PyTorchWriter.Write(
            FilePath,
            [new("a", x), new("tied", x.view(6)), new("folded", x.view(2, 3)), new("part", x[..3]), new("equal", x.clone())]);
        using ZipArchive zip = ZipFile.OpenRead(FilePath);
        Assert.Equal(
            [24, 24, 12, 24],
            zip.Entries.Where(e => e.FullName.Contains("/data/", StringComparison.Ordinal)).Select(e => e.Length));
    }

    [Theory]
    [InlineData(0)]         // every number takes 64 bits
    [InlineData(400)]       // some do
    public void Numbers_beyond_32_bits_are_read_back(long limit)
    {
        byte[] large = [.. Enumerable.Range(0, 500).Select(i => (byte)i)];
        using (FileStream file = File.Create(FilePath))
        {
            StoredZip zip = new(file, limit);
            zip.Add("small", 3, append => append("abc"u8));
            zip.Add("large", large.Length, append =>
            {
                append(large.AsSpan(0, 100));
                append(large.AsSpan(100));
            });
            zip.Add("last", 0, _ => { });
            zip.Finish();
        }

        using ZipArchive read = ZipFile.OpenRead(FilePath);
        Assert.Equal(["small", "large", "last"], read.Entries.Select(e => e.FullName));
        Assert.Equal("abc", Text(read, "small"));
        Assert.Equal(large, Content(read.Entries[1]));
        Assert.Equal(0, read.Entries[2].Length);
    }

    [Fact]
    public void A_failed_write_says_what_to_do_and_leaves_the_old_file()
    {
        using var scope = NewDisposeScope();
        string missing = folder["missing", "a.pth"];
        Assert.Contains(
            missing,
            Assert.Throws<WeightFileException>(() => PyTorchWriter.Write(missing, [new("x", ones(3))])).Message,
            StringComparison.Ordinal);
        if (File.Exists("/dev/full"))
        {
            // The partial file's name leads to a device that is always full.
            File.WriteAllText(FilePath, "old");
            File.CreateSymbolicLink(FilePath + ".partial", "/dev/full");
            var error = Assert.Throws<WeightFileException>(() => PyTorchWriter.Write(FilePath, [new("x", ones(3))]));
            Assert.Contains("Nothing was changed", error.Message, StringComparison.Ordinal);
            Assert.Equal("old", File.ReadAllText(FilePath));
            Assert.Equal(FilePath, Assert.Single(Directory.EnumerateFileSystemEntries(folder.Path)));
        }
    }

    [Fact]
    public void Wrong_arguments_are_refused_before_anything_is_written()
    {
        using var scope = NewDisposeScope();
        KeyValuePair<string, Tensor> x = new("x", ones(1));
        Assert.Throws<ArgumentException>(() => PyTorchWriter.Write(FilePath, [x, x]));
        Assert.Throws<ArgumentException>(() => PyTorchWriter.Write(FilePath, [new("x", ones(1, dtype: ScalarType.ComplexFloat32))]));
        Assert.Throws<ArgumentException>(() => PyTorchWriter.Write(FilePath, [x], beside: Notes()));
        Assert.Throws<ArgumentException>(() => PyTorchWriter.Write(FilePath, [x], key: "author", Notes()));
        Assert.Throws<ArgumentException>(() =>
            PyTorchWriter.Write(FilePath, [x], "state_dict", new Dictionary<string, object?> { ["when"] = DateTime.MinValue }));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void PyTorch_reads_every_type_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = SampleTensors.All();
        tensors["tied"] = tensors["odd"];
        PyTorchWriter.Write(folder["bare.pth"], tensors);
        PyTorchWriter.Write(folder["wrapped.pth"], tensors, "state_dict", Notes());
        PyTorchWriter.Write(
            folder["float.pth"],
            [],
            "state_dict",
            new Dictionary<string, object?> { ["pi"] = 3.141592653589793, ["none"] = null });
        PyTorchWriter.Write(
            folder["bulky.pth"],
            Enumerable.Range(0, 3000).Select(i => new KeyValuePair<string, Tensor>($"t{i}", tensor((float)i))));
        JsonElement read = Python.Run(
            """
            import collections, hashlib, io, json, pickletools, sys, torch, zipfile
            def tell(state):
                assert type(state) is collections.OrderedDict
                return {name: [str(t.dtype)[6:], list(t.shape), t.is_contiguous() and not t.requires_grad, hashlib.sha256(
                    t.reshape(-1).view(torch.uint8).numpy().tobytes() if t.numel() else b"").hexdigest()] for name, t in state.items()}
            folder = sys.argv[1]
            bare = torch.load(folder + "/bare.pth", weights_only=True)
            wrapped = torch.load(folder + "/wrapped.pth", weights_only=True)
            number = torch.load(folder + "/float.pth")
            bulky = torch.load(folder + "/bulky.pth", weights_only=True)
            pickle = zipfile.ZipFile(folder + "/wrapped.pth").read("archive/data.pkl")
            text = io.StringIO()
            pickletools.dis(pickle, text)
            print(json.dumps({
                "bare": tell(bare), "plain": tell(torch.load(folder + "/bare.pth")), "wrapped": tell(wrapped.pop("state_dict")), "beside": wrapped,
                "tied": bare["tied"].data_ptr() == bare["odd"].data_ptr(), "pi": number["pi"], "bulky": all(bulky[f"t{i}"] == i for i in range(3000)),
                "protocol": text.getvalue().strip().splitlines()[-1],
                "globals": sorted({argument for operation, argument, _ in pickletools.genops(pickle) if operation.name == "GLOBAL"})}))
            """,
            folder.Path);
        foreach (string file in new[] { "bare", "plain", "wrapped" })
        {
            Assert.Equal(tensors.Keys, read.GetProperty(file).EnumerateObject().Select(p => p.Name));
            foreach ((string name, Tensor tensor) in tensors)
            {
                string type = tensor.dtype switch { ScalarType.Byte => "uint8", var other => other.ToString().ToLowerInvariant() };
                string expected = JsonSerializer.Serialize(new object[] { type, tensor.shape, true, SampleTensors.Hash(tensor) });
                Assert.Equal($"{name} {expected}", $"{name} {JsonSerializer.Serialize(read.GetProperty(file).GetProperty(name))}");
            }
        }

        Assert.Equal(JsonSerializer.Serialize(Notes()), JsonSerializer.Serialize(read.GetProperty("beside")));
        Assert.True(read.GetProperty("tied").GetBoolean());
        Assert.True(read.GetProperty("bulky").GetBoolean());
        Assert.Equal(Math.PI, read.GetProperty("pi").GetDouble());
        Assert.EndsWith("= 2", read.GetProperty("protocol").GetString()!, StringComparison.Ordinal);
        Assert.Equal(AllowedGlobals, read.GetProperty("globals").EnumerateArray().Select(g => g.GetString()));
    }

    [Fact]
    public void Torchvision_computes_the_same_features()
    {
        using var scope = NewDisposeScope();
        BackboneKind[] kinds = [BackboneKind.Resnet18, BackboneKind.Resnet50, BackboneKind.Resnet101];
        Tensor images = (arange(2 * 3 * 64 * 96, dtype: ScalarType.Float32) * 0.37f).sin().reshape(2, 3, 64, 96);

        // Closed before the first await: it is the thread's, and would stay with this thread while the test goes on in another.
        using (no_grad())
        {
            foreach (BackboneKind kind in kinds)
            {
                string name = kind.ToString().ToLowerInvariant();
                using Backbone network = Plausible(kind);
                PyTorchWriter.Write(folder[name + ".pth"], network.state_dict());
                PyTorchWriter.Write(folder[name + ".features.pth"], [new("images", images), new("features", network.forward(images))]);
            }
        }

        JsonElement read = Python.Run(
            """
            import json, sys, torch, torchvision
            torch.set_num_threads(2)
            found = {}
            for name in ("resnet18", "resnet50", "resnet101"):
                model = getattr(torchvision.models, name)()
                model.fc = torch.nn.Identity()
                model.load_state_dict(torch.load(f"{sys.argv[1]}/{name}.pth", weights_only=True), strict=True)
                model.eval()
                case = torch.load(f"{sys.argv[1]}/{name}.features.pth", weights_only=True)
                with torch.no_grad():
                    features = torch.nn.Sequential(*list(model.children())[:-2])(case["images"])
                    pooled = model(case["images"])
                found[name] = {
                    "shape": list(features.shape), "deviation": features.std().item(), "pooled": (pooled - case["features"].mean((2, 3))).abs().max().item(),
                    "difference": (features - case["features"]).abs().max().item()}
            print(json.dumps(found))
            """,
            folder.Path);
        foreach (BackboneKind kind in kinds)
        {
            JsonElement found = read.GetProperty(kind.ToString().ToLowerInvariant());
            Assert.Equal(
                [2, kind == BackboneKind.Resnet18 ? 512 : 2048, 2, 3],
                found.GetProperty("shape").EnumerateArray().Select(n => n.GetInt32()));
            Assert.InRange(found.GetProperty("deviation").GetDouble(), 0.1, 10);
            Assert.InRange(found.GetProperty("difference").GetDouble(), 0, 1e-4);
            Assert.InRange(found.GetProperty("pooled").GetDouble(), 0, 1e-4);
        }
    }

    private static Dictionary<string, object?> Notes() => new(StringComparer.Ordinal)
    {
        ["author"] = "OpenSelfSup",
        ["meta"] = new Dictionary<string, object?>(StringComparer.Ordinal) { ["epoch"] = 800, ["größte"] = long.MaxValue, ["least"] = -3_000_000_000, ["minus"] = -1, ["70000"] = 70000 },
        ["list"] = new object?[] { null, true, false, "text", Array.Empty<object?>(), new Dictionary<string, object?>() },
    };

    /// <summary>A network as after training, in which batch norms have seen something, and whose features are of the order of 1.</summary>
    private static Backbone Plausible(BackboneKind kind)
    {
        Backbone network = Backbone.Create(kind);
        Generator random = new(7, CPU);
        foreach ((string name, Tensor tensor) in network.state_dict())
        {
            Tensor uniform = rand(tensor.shape, ScalarType.Float32, generator: random);
            if (tensor.dim() == 4)
            {
                tensor.copy_((uniform * 2 - 1) * Math.Sqrt(6.0 / tensor.shape.Skip(1).Aggregate((a, b) => a * b)));
            }
            else if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            {
                tensor.fill_(1234);
            }
            else
            {
                bool scale = name.EndsWith(".weight", StringComparison.Ordinal),
                    variance = name.EndsWith("running_var", StringComparison.Ordinal);
                tensor.copy_(
                    scale ? uniform * 0.4 + 0.4
                    : variance ? uniform + 0.7
                    : uniform * 0.4 - 0.2);
            }
        }

        network.eval();
        return network;
    }

    private static IEnumerable<(int DataStart, string Name)> LocalHeaders(byte[] file)
    {
        for (int at = 0; file.AsSpan(at, 4).SequenceEqual("PK\x03\x04"u8);)
        {
            int name = BitConverter.ToInt16(file, at + 26), start = at + 30 + name + BitConverter.ToInt16(file, at + 28);
            yield return (start, Encoding.ASCII.GetString(file, at + 30, name));
            at = start + BitConverter.ToInt32(file, at + 18);
        }
    }

    private static string Text(ZipArchive zip, string name) => Encoding.UTF8.GetString(Content(zip.GetEntry(name)!));

    private static byte[] Content(ZipArchiveEntry entry)
    {
        using MemoryStream content = new();
        using Stream stream = entry.Open();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
