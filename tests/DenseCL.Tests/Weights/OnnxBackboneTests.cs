using System.Globalization;
using System.IO.Hashing;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Weights;
using DenseCL.Weights.Formats;
using DenseCL.Weights.Formats.Onnx;
using DenseCL.Weights.Tensors;
using Microsoft.ML.OnnxRuntime;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Weights;

/// <summary>Exported backbones against ONNX Runtime, against ONNX's own checker, and against themselves.</summary>
public sealed class OnnxBackboneTests : IDisposable
{
    private static readonly Dictionary<string, string> NoNotes = new(StringComparer.Ordinal);

    private readonly string root = Directory.CreateTempSubdirectory("onnx").FullName;

    private string FilePath => Path.Combine(root, "a.onnx");

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData(BackboneKind.Resnet18, OnnxStages.Last, false)]
    [InlineData(BackboneKind.Resnet18, OnnxStages.All, true)]
    [InlineData(BackboneKind.Resnet50, OnnxStages.All, false)]
    [InlineData(BackboneKind.Resnet50, OnnxStages.Last, true)]
    [InlineData(BackboneKind.Resnet101, OnnxStages.All, true)]
    public void Onnx_runtime_computes_the_same_maps(BackboneKind kind, OnnxStages stages, bool inside)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using Backbone backbone = RandomBackbone.Create(kind);
        DataOptions data = new() { Mean = new(0.45, 0.5, 0.4), Std = new(0.25, 0.2, 0.3) };
        OnnxBackbone.Write(FilePath, backbone, new OnnxOptions { Stages = stages, Normalisation = inside ? data : null }, NoNotes);
        using InferenceSession session = OnnxRun.Open(FilePath);
        string[] outputs = stages is OnnxStages.All ? ["stage1", "stage2", "stage3", "stage4"] : ["features"];
        Assert.Equal(outputs, session.OutputNames);
        foreach (
            (int count, int height, int width) in ((int, int, int)[])
                [(1, 64, 64), (3, 64, 64), (1, 97, 65), (3, 97, 65), (1, 33, 110), (3, 33, 110)])
        {
            Tensor images = RandomBackbone.Images(count, height, width);
            Tensor normalised = (images - Channels(data.Mean)) / Channels(data.Std);
            Tensor[] expected = RandomBackbone.Stages(backbone, normalised);
            AssertClose(backbone.forward(normalised), expected[3]);
            foreach ((Tensor theirs, Tensor ours) in OnnxRun.Run(session, inside ? images : normalised).Zip(expected[^outputs.Length..]))
            {
                Assert.InRange(ours.abs().mean().item<float>(), 0.05f, 20);
                AssertClose(ours, theirs);
            }
        }
    }

    [Theory]
    [InlineData(BackboneKind.Resnet18)]
    [InlineData(BackboneKind.Resnet34)]
    [InlineData(BackboneKind.Resnet50)]
    public void Weights_come_back_bit_by_bit_and_the_file_has_no_others(BackboneKind kind)
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone backbone = RandomBackbone.Create(kind);
        OnnxBackbone.Write(FilePath, backbone, new OnnxOptions(), NoNotes);
        using OnnxFile file = OnnxFile.Open(new WeightBytes(FilePath));
        Dictionary<string, Tensor> state = backbone.state_dict();
        Assert.Equal(state.Keys.Where(key => !key.EndsWith("num_batches_tracked", StringComparison.Ordinal)), file.Keys);
        foreach (string key in file.Keys)
        {
            Tensor read = file.Tensor(key);
            Assert.Equal(state[key].shape, read.shape);
            Assert.True(state[key].contiguous().bytes.SequenceEqual(read.bytes), key);
        }
    }

    [Fact]
    public void Channels_last_weights_are_written_as_they_read()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor plain = arange(36, dtype: ScalarType.Float32).reshape(2, 2, 3, 3);
        Tensor view = plain.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        OnnxWriter.Write(
            FilePath,
            new ModelProto { IrVersion = 7 },
            new GraphProto(),
            new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["w"] = view, ["half"] = plain.to(ScalarType.BFloat16) });
        using OnnxFile file = OnnxFile.Open(new WeightBytes(FilePath));
        Assert.True(file.Tensor("w").bytes.SequenceEqual(plain.bytes));
        Assert.True(file.Tensor("half").bytes.SequenceEqual(plain.bytes));
    }

    [Fact]
    public void Notes_say_what_one_must_know_and_what_the_model_shows_wins()
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone backbone = RandomBackbone.Create(BackboneKind.Resnet18);
        Dictionary<string, string> notes = new(StringComparer.Ordinal)
        {
            ["format"] = "pt",
            ["xxh128"] = "of another file",
            ["architecture"] = "another",
            ["mean"] = "0 0 0",
            ["method"] = "DenseCL",
            ["recipe"] = "abc",
        };
        OnnxBackbone.Write(FilePath, backbone, new OnnxOptions { Normalisation = new DataOptions() }, notes);
        using OnnxFile file = OnnxFile.Open(new WeightBytes(FilePath));
        Assert.Equal(WeightFormat.Onnx, file.Format);
        Assert.Equal(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["architecture"] = "resnet18",
                ["stem"] = "7x7 stride 2, 3x3 max pool stride 2",
                ["stride"] = "32",
                ["channels"] = "RGB, 0..1",
                ["normalisation"] = "inside the network",
                ["mean"] = "0.485 0.456 0.406",
                ["std"] = "0.229 0.224 0.225",
                ["method"] = "DenseCL",
                ["recipe"] = "abc",
                ["producer_name"] = "DenseCL for .NET",
                ["producer_version"] = typeof(OnnxBackbone).Assembly.GetName().Version!.ToString(3),
            },
            file.Metadata);
        Assert.Equal([1, 3, 1, 1], file["normalisation.mean"].Shape);

        OnnxBackbone.Write(FilePath, backbone, new OnnxOptions(), notes);
        using OnnxFile outside = OnnxFile.Open(new WeightBytes(FilePath));
        Assert.Equal("0 0 0", outside.Metadata["mean"]);
        Assert.Equal("before the network", outside.Metadata["normalisation"]);
        Assert.DoesNotContain("normalisation.mean", outside.Keys);
    }

    [Fact]
    public void The_same_backbone_gives_the_same_bytes_of_a_whole_model()
    {
        using Backbone backbone = RandomBackbone.Create(BackboneKind.Resnet18);
        OnnxBackbone.Write(FilePath, backbone, new OnnxOptions { Stages = OnnxStages.All }, NoNotes);
        byte[] first = File.ReadAllBytes(FilePath);
        OnnxBackbone.Write(FilePath, backbone, new OnnxOptions { Stages = OnnxStages.All }, NoNotes);
        Assert.Equal(XxHash128.Hash(first), XxHash128.Hash(File.ReadAllBytes(FilePath)));
        Assert.Equal(FilePath, Assert.Single(Directory.EnumerateFileSystemEntries(root)));
        Assert.True(OnnxSignature.Matches(first.AsSpan(0, 64)));

        // Google's parser finds the lengths right that the writer computed ahead.
        ModelProto model = ModelProto.Parser.ParseFrom(first);
        Assert.Equal(100, model.Graph.Initializer.Count);
        Assert.Equal(20, model.Graph.Node.Count(node => node.OpType == "Conv"));
        Assert.Equal("batch 64 stage1_height stage1_width", Shape(model.Graph.Output[0]));
        Assert.Equal("batch 3 height width", Shape(Assert.Single(model.Graph.Input)));

        static string Shape(ValueInfoProto value) =>
            string.Join(
                ' ',
                value.Type.TensorType.Shape.Dim.Select(d => d.HasDimParam ? d.DimParam : d.DimValue.ToString(CultureInfo.InvariantCulture))
            );
    }

    [Theory]
    [InlineData(BackboneKind.Resnet18, OnnxStages.All, true)]
    [InlineData(BackboneKind.Resnet50, OnnxStages.Last, false)]
    public void Onnx_own_checker_accepts_the_file_and_reads_the_same_weights(BackboneKind kind, OnnxStages stages, bool inside)
    {
        const string Script = """
            import sys, zlib
            try:
                import onnx, onnx.numpy_helper, onnx.shape_inference
            except ImportError:
                print("missing"); sys.exit()
            onnx.checker.check_model(sys.argv[1], full_check=True)
            model = onnx.load(sys.argv[1])
            crc = 0
            for tensor in model.graph.initializer:
                crc = zlib.crc32(onnx.numpy_helper.to_array(tensor).tobytes(), crc)
            print(crc)
            shapes = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True).graph.output
            print(*[o.name for o in shapes])
            """;
        using Backbone backbone = RandomBackbone.Create(kind);
        OnnxBackbone.Write(
            FilePath,
            backbone,
            new OnnxOptions { Stages = stages, Normalisation = inside ? new DataOptions() : null },
            NoNotes);
        (string output, string error) = OtherProgram.Run("/usr/bin/python3", "-c", Script, FilePath);
        Assert.SkipWhen(output.StartsWith("missing", StringComparison.Ordinal), "Python has no module onnx here.");
        Assert.Equal("", error);
        Crc32 crc = new();
        using (DisposeScope scope = NewDisposeScope())
        {
            using OnnxFile file = OnnxFile.Open(new WeightBytes(FilePath));
            foreach (string key in file.Keys)
            {
                crc.Append(file.Tensor(key).bytes);
            }
        }

        Assert.Equal(
            $"{crc.GetCurrentHashAsUInt32()}\n{(stages is OnnxStages.All ? "stage1 stage2 stage3 stage4" : "features")}\n",
            output);
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_content()
    {
        using Backbone backbone = RandomBackbone.Create(BackboneKind.Resnet18);
        Directory.CreateDirectory(FilePath);
        var error = Assert.Throws<WeightFileException>(() => OnnxBackbone.Write(FilePath, backbone, new OnnxOptions(), NoNotes));
        Assert.Contains("Nothing was changed", error.Message, StringComparison.Ordinal);
        Assert.Equal(FilePath, Assert.Single(Directory.EnumerateFileSystemEntries(root)));
    }

    private static Tensor Channels(PerChannel values) =>
        tensor(values.Numbers.Select(value => (float)value).ToArray()).reshape(1, values.Numbers.Count, 1, 1);

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        double worst = ((expected - actual).abs() / expected.abs().clamp(min: 1)).max().item<float>();
        Assert.InRange(worst, 0, 1e-4);
    }
}
