using System.Text.Json;
using DenseCL.Images;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Tests.Weights;
using DenseCL.Transfer.Segmentation;
using DenseCL.Transfer.Segmentation.Models;
using DenseCL.Transfer.Segmentation.Network;
using DenseCL.Transfer.Segmentation.Prediction;
using DenseCL.Weights;
using DenseCL.Weights.Formats;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Segmentation;

/// <summary>Exported models against ONNX Runtime, PyTorch, ONNX's own checker, and against themselves.</summary>
public sealed class ModelExportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<HeadKind, int?, int, bool> Exports => new()
    {
        { HeadKind.Fcn, null, 18, true },
        { HeadKind.Fcn, null, 13, false },
        { HeadKind.Fcn, 80, 13, true },
        { HeadKind.Linear, null, 22, true },
        { HeadKind.Linear, 80, 20, true },
        { HeadKind.Linear, 80, 18, false },
        { HeadKind.Fpn, null, 13, true },
        { HeadKind.Fpn, 80, 18, true },
        { HeadKind.Fpn, 80, 22, false },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Exports))]
    public void Onnx_runtime_computes_the_same_logits(HeadKind head, int? shortSide, int operatorSet, bool inside)
    {
        using DisposeScope scope = NewDisposeScope();
        using SegmentationModel model = Model(head, shortSide);
        string path = folder["model.onnx"];
        ModelExport.Write(model, path, new ModelExportOptions { Format = WeightFormat.Onnx, Normalise = inside, OperatorSet = operatorSet });
        using InferenceSession session = OnnxRun.Open(path);
        Assert.Equal(["logits"], session.OutputNames);
        Assert.Equal(operatorSet, Onnx.ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)).OpsetImport[0].Version);
        using SegmentationPredictor predictor = new(model.Network, model.Options with { Precision = Precision.Fp32 }, model.Reading, CPU);
        foreach ((int height, int width) in ((int, int)[])[(64, 64), (97, 130), (201, 66)])
        {
            foreach (int count in (int[])[1, 2])
            {
                RgbImage[] images = [.. Enumerable.Range(0, count).Select(i => Picture(height, width, i))];
                Tensor expected = cat([.. images.Select(image => SegmentationLoss.Enlarge(predictor.Logits(image, TestContext.Current.CancellationToken), height, width))]);
                Tensor input = cat([.. images.Select(image => Input(image, inside ? null : model.Reading))]);
                Tensor logits = Assert.Single(OnnxRun.Run(session, input));
                Assert.Equal([count, RandomModel.Classes.Length, height, width], logits.shape);
                Assert.InRange(logits.std().item<float>(), 0.1, 10);
                Assert.InRange((expected - logits).abs().max().item<float>(), 0, 1e-3f);
            }
        }
    }

    [Theory]
    [InlineData(HeadKind.Fcn)]
    [InlineData(HeadKind.Linear)]
    [InlineData(HeadKind.Fpn)]
    public void The_classes_are_those_of_the_evaluation(HeadKind head)
    {
        using DisposeScope scope = NewDisposeScope();
        using SegmentationModel model = Model(head, shortSide: 80);
        ModelExport.Write(model, folder["model.onnx"], new ModelExportOptions { Format = WeightFormat.Onnx, Normalise = true, Argmax = true });
        using InferenceSession session = OnnxRun.Open(folder["model.onnx"]);
        using SegmentationPredictor predictor = new(model.Network, model.Options with { Precision = Precision.Fp32 }, model.Reading, CPU);
        RgbImage image = Picture(120, 150, 1);
        Tensor classes = Assert.Single(OnnxRun.Run(session, Input(image, null)));
        Assert.Equal(["classes"], session.OutputNames);
        Assert.Equal([1, 120, 150], classes.shape);
        byte[] expected = predictor.Classes(image, TestContext.Current.CancellationToken), theirs = [.. classes.data<long>().ToArray().Select(found => (byte)found)];
        Assert.InRange(expected.Zip(theirs).Count(pair => pair.First == pair.Second), expected.Length * 0.999, expected.Length);
        Assert.InRange(expected.Distinct().Count(), 2, RandomModel.Classes.Length);
    }

    [Theory]
    [InlineData(HeadKind.Fcn, WeightFormat.Onnx)]
    [InlineData(HeadKind.Fpn, WeightFormat.Onnx)]
    [InlineData(HeadKind.Linear, WeightFormat.Safetensors)]
    public void What_was_exported_opens_as_the_same_model(HeadKind head, WeightFormat format)
    {
        using DisposeScope scope = NewDisposeScope();
        using SegmentationModel model = Model(head, shortSide: null);
        string path = folder["exported"];
        ModelExport.Write(model, path, new ModelExportOptions { Format = format, Normalise = format == WeightFormat.Onnx });
        Assert.True(SegmentationModel.IsAt(path));
        using SegmentationModel read = SegmentationModel.Open(path);
        Assert.Equal(model.ClassNames, read.ClassNames);
        Assert.Equal(model.Colours, read.Colours);
        Assert.Equal((model.Step, model.Architecture, model.Options.Head), (read.Step, read.Architecture, read.Options.Head));
        Assert.Equal(model.Reading, read.Reading);
        Tensor images = RandomBackbone.Images(2, 70, 90);
        Assert.True(model.Network.Logits(images).Equals(read.Network.Logits(images)));
    }

    [Fact]
    public void PyTorch_reads_mmsegmentations_names_classes_and_colours()
    {
        const string Script = """
            import json, sys
            try:
                import torch
            except ImportError:
                print("null"); sys.exit()
            file = torch.load(sys.argv[1], map_location="cpu")
            state = file["state_dict"]
            print(json.dumps(dict(
                names=list(state), shapes=[list(t.shape) for t in state.values()], sum=float(state["decode_head.conv_seg.weight"].double().sum()),
                classes=file["meta"]["CLASSES"], palette=file["dataset_meta"]["palette"], again=file["dataset_meta"]["classes"])))
            """;
        using DisposeScope scope = NewDisposeScope();
        using SegmentationModel model = Model(HeadKind.Fcn, shortSide: null);
        ModelExport.Write(model, folder["model.pth"], new ModelExportOptions { Format = WeightFormat.PyTorch });
        (string output, string error) = OtherProgram.Run("/usr/bin/python3", "-c", Script, folder["model.pth"]);
        JsonElement read = JsonDocument.Parse(output).RootElement;
        Assert.SkipWhen(read.ValueKind == JsonValueKind.Null, "Python has no module torch here.");
        Assert.Equal("", error);
        Assert.Equal(RandomModel.Classes, read.GetProperty("classes").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(RandomModel.Classes, read.GetProperty("again").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(
            model.Colours,
            read.GetProperty("palette").EnumerateArray().Select(one => "#" + string.Concat(one.EnumerateArray().Select(level => level.GetInt32().ToString("x2", System.Globalization.CultureInfo.InvariantCulture)))));
        string[] names = [.. read.GetProperty("names").EnumerateArray().Select(one => one.GetString()!)];
        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal)
            {
                "backbone.conv1.weight", "backbone.layer4.1.bn2.running_mean", "decode_head.convs.0.conv.weight", "decode_head.convs.1.bn.running_var",
                "decode_head.conv_seg.weight", "decode_head.conv_seg.bias", "auxiliary_head.convs.0.conv.weight", "auxiliary_head.conv_seg.bias",
            },
            names.ToHashSet(StringComparer.Ordinal));
        double sum = model.Network.State.First(entry => entry.Key == "decode_head.conv_seg.weight").Value.to(ScalarType.Float64).sum().item<double>();
        Assert.Equal(sum, read.GetProperty("sum").GetDouble(), 6);
    }

    [Theory]
    [InlineData(HeadKind.Fcn, null, 13)]
    [InlineData(HeadKind.Fpn, 80, 18)]
    public void Onnx_own_checker_accepts_the_file(HeadKind head, int? shortSide, int operatorSet)
    {
        const string Script = """
            import sys
            try:
                import onnx, onnx.shape_inference
            except ImportError:
                print("missing"); sys.exit()
            onnx.checker.check_model(sys.argv[1], full_check=True)
            model = onnx.load(sys.argv[1])
            onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
            print({p.key: p.value for p in model.metadata_props}["classes"])
            """;
        using SegmentationModel model = Model(head, shortSide);
        ModelExport.Write(model, folder["model.onnx"], new ModelExportOptions { Format = WeightFormat.Onnx, Normalise = true, Argmax = true, OperatorSet = operatorSet });
        (string output, string error) = OtherProgram.Run("/usr/bin/python3", "-c", Script, folder["model.onnx"]);
        Assert.SkipWhen(output.StartsWith("missing", StringComparison.Ordinal), "Python has no module onnx here.");
        Assert.Equal("", error);
        Assert.Equal(RandomModel.Classes, JsonSerializer.Deserialize<string[]>(output));
    }

    [Fact]
    public void Options_that_do_not_fit_are_refused()
    {
        using SegmentationModel model = Model(HeadKind.Linear, shortSide: 80);
        (ModelExportOptions Options, string Word)[] wrong =
        [
            (new() { Format = WeightFormat.Detectron2 }, "detectron2"),
            (new() { Format = WeightFormat.PyTorch, Argmax = true }, "--argmax"),
            (new() { Format = WeightFormat.Safetensors, Normalise = true }, "--normalise"),
            (new() { Format = WeightFormat.Onnx, OperatorSet = 12 }, "at least 13"),
            (new() { Format = WeightFormat.Onnx, OperatorSet = 23 }, "--opset is 23"),
        ];
        foreach ((ModelExportOptions options, string word) in wrong)
        {
            string message = Assert.Throws<WeightFileException>(() => ModelExport.Write(model, folder["exported"], options)).Message;
            Assert.Contains(word, message, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(folder["exported"]));
    }

    private SegmentationModel Model(HeadKind head, int? shortSide) => RandomModel.Create(
        folder["model.safetensors"],
        new SegmentationOptions { Head = head, OutputStride = head == HeadKind.Fpn ? 32 : 16, HeadChannels = 64, ShortSide = shortSide, Test = TestMode.Whole });

    private static RgbImage Picture(int height, int width, int seed)
    {
        RgbImage image = new();
        image.Reset(width, height);
        CounterRandom random = new((ulong)seed, (ulong)height);
        Span<byte> pixels = image.Pixels;
        for (int i = 0; i < pixels.Length; i++)
        {
            // Waves and noise: something to resize, and something to see.
            int x = i / 3 % width, y = i / 3 / width;
            pixels[i] = (byte)(128 + (80 * Math.Sin((x * 0.11) + (i % 3)) * Math.Cos(y * (0.07 + (seed * 0.03)))) + random.NextDouble(-40, 40));
        }

        return image;
    }

    /// <summary>(1, 3, H, W): 0 … 1, or normalised.</summary>
    private static Tensor Input(RgbImage image, DataOptions? normalisation)
    {
        Tensor pixels = tensor(image.Pixels.ToArray(), ScalarType.Byte).reshape(image.Height, image.Width, 3).permute(2, 0, 1).to(ScalarType.Float32) / 255;
        return (normalisation is null ? pixels : (pixels - Channels(normalisation.Mean)) / Channels(normalisation.Std)).unsqueeze(0);

        static Tensor Channels(PerChannel values) => tensor(values.Numbers.Select(value => (float)value).ToArray()).reshape(-1, 1, 1);
    }
}
