using System.Text.Json;
using DenseCL.Models.Backbones;
using DenseCL.Models.Backbones.ResNets;
using DenseCL.Recipes;
using DenseCL.Weights;
using DenseCL.Weights.Formats.Detectron2;
using static TorchSharp.torch;

namespace DenseCL.Tests.Weights;

public sealed class Detectron2WriterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string FilePath => folder["a.pkl"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(BackboneKind.Resnet50)]
    [InlineData(BackboneKind.Resnet101)]
    public void Every_tensor_has_the_name_of_the_table_and_back(BackboneKind kind)
    {
        // The table was made by tests/Golden/Weights/Detectron2/make.py from torchvision and Detectron2's structure.
        string[][] table = [.. File.ReadLines(Repository.PathOf("tests", "Golden", "Weights", "Detectron2", $"{kind}.txt".ToLowerInvariant())).Select(line => line.Split(' '))];
        using Backbone network = Backbone.Create(kind);
        Assert.Equal(network.state_dict().Keys.Order(StringComparer.Ordinal), table.Select(row => row[0]).Order(StringComparer.Ordinal));
        Assert.All(table, row => Assert.Equal(row[1], Detectron2Names.FromTorchvision(row[0]) ?? "-"));
        Assert.All(table.Where(row => row[1] != "-"), row => Assert.Equal(row[0], Detectron2Names.ToTorchvision(row[1])));
    }

    [Theory]
    [InlineData("fc.weight")]
    [InlineData("backbone.conv1.weight")]
    [InlineData("conv1.bias")]
    [InlineData("conv2.weight")]
    [InlineData("layer5.0.conv1.weight")]
    [InlineData("layer1.0.downsample.0.bias")]
    [InlineData("layer1.0.downsample.2.weight")]
    [InlineData("layer1.0.conv4.weight")]
    [InlineData("layer1.0.conv1.weight\n")]
    public void A_name_of_something_else_has_no_counterpart(string name) => Assert.Null(Detectron2Names.FromTorchvision(name));

    [Theory]
    [InlineData("backbone.bottom_up.stem.conv1.weight")]
    [InlineData("stem.conv2.weight")]
    [InlineData("stem.shortcut.weight")]
    [InlineData("conv1.weight")]
    [InlineData("res1.0.conv1.weight")]
    [InlineData("res6.0.conv1.weight")]
    [InlineData("res2.0.shortcut.norm.num_batches_tracked")]
    [InlineData("linear.weight")]
    public void A_Detectron2_name_of_something_else_has_no_counterpart(string name) => Assert.Null(Detectron2Names.ToTorchvision(name));

    [Fact]
    public void The_same_tensors_give_the_same_bytes_and_replace_the_old_file()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = SampleTensors.All();
        File.WriteAllText(FilePath, "old");
        Detectron2Writer.Write(FilePath, tensors);
        byte[] first = File.ReadAllBytes(FilePath);
        Detectron2Writer.Write(FilePath, tensors.ToDictionary(t => t.Key, t => t.Value.clone()));
        Assert.Equal(first, File.ReadAllBytes(FilePath));
        Assert.Equal(FilePath, Assert.Single(Directory.EnumerateFileSystemEntries(folder.Path)));
    }

    [Fact]
    public void Wrong_arguments_and_a_missing_folder_are_refused()
    {
        using var scope = NewDisposeScope();
        KeyValuePair<string, Tensor> x = new("x", ones(1));
        Assert.Throws<ArgumentException>(() => Detectron2Writer.Write(FilePath, [x, x]));
        Assert.Throws<ArgumentException>(() => Detectron2Writer.Write(FilePath, [new("x", ones(1, dtype: ScalarType.ComplexFloat32))]));
        string missing = folder["missing", "a.pkl"];
        Assert.Contains(
            missing,
            Assert.Throws<WeightFileException>(() => Detectron2Writer.Write(missing, [x])).Message,
            StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Numpy_reads_every_type_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = SampleTensors.All();
        Detectron2Writer.Write(FilePath, tensors, "someone");
        JsonElement read = Python.Run(
            """
            import hashlib, io, json, numpy, pickle, pickletools, sys
            with open(sys.argv[1], "rb") as file:
                content = file.read()
            pickletools.dis(content, io.StringIO())
            root = pickle.loads(content, encoding="latin1")
            model = root.pop("model")
            assert all(type(x) is numpy.ndarray and x.flags.c_contiguous and x.flags.writeable and x.flags.aligned for x in model.values())
            print(json.dumps({"root": root, "model": {
                name: [x.dtype.name, x.dtype.isnative, list(x.shape), hashlib.sha256(x.tobytes()).hexdigest()] for name, x in model.items()}}))
            """,
            FilePath);
        Assert.Equal("""{"__author__": "someone", "matching_heuristics": true}""", read.GetProperty("root").GetRawText());
        Assert.Equal(tensors.Keys, read.GetProperty("model").EnumerateObject().Select(p => p.Name));
        foreach ((string name, Tensor tensor) in tensors)
        {
            Tensor stored = tensor.dtype == ScalarType.BFloat16 ? tensor.to_type(ScalarType.Float32) : tensor;
            string type = stored.dtype switch { ScalarType.Byte => "uint8", var other => other.ToString().ToLowerInvariant() };
            string expected = JsonSerializer.Serialize(new object[] { type, true, tensor.shape, SampleTensors.Hash(stored) });
            Assert.Equal($"{name} {expected}", $"{name} {JsonSerializer.Serialize(read.GetProperty("model").GetProperty(name))}");
        }
    }
}
