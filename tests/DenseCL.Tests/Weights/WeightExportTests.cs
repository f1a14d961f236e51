using DenseCL.Method;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Training;
using DenseCL.Weights;
using DenseCL.Weights.Formats;
using DenseCL.Weights.Formats.Onnx;
using DenseCL.Weights.Formats.Safetensors;
using DenseCL.Weights.Tensors.Naming;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Weights;

public sealed class WeightExportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public static TheoryData<BackboneKind, WeightFormat, WeightNaming> Everything()
    {
        TheoryData<BackboneKind, WeightFormat, WeightNaming> data = [];
        foreach (BackboneKind architecture in new[] { BackboneKind.Resnet18, BackboneKind.Resnet50, BackboneKind.Resnet101, BackboneKind.MobilenetV3Large })
        {
            foreach (
                WeightFormat format in Enum.GetValues<WeightFormat>()
                    .Where(format => format != WeightFormat.Detectron2 || architecture != BackboneKind.MobilenetV3Large))
            {
                data.Add(architecture, format, WeightNaming.Torchvision);
            }

            if (architecture != BackboneKind.MobilenetV3Large)
            {
                data.Add(architecture, WeightFormat.PyTorch, WeightNaming.OpenSelfSup);
                data.Add(architecture, WeightFormat.PyTorch, WeightNaming.MmSegmentation);
            }
        }

        return data;
    }

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void A_backbone_comes_back_from_any_format_bit_for_bit(BackboneKind architecture, WeightFormat format, WeightNaming naming)
    {
        using Backbone saved = Network(architecture), loaded = Backbone.Create(architecture);
        loaded.Initialise(8);
        BackboneFile.Save(folder["backbone.safetensors"], saved, new Recipe(), 7);
        WeightExport.Write(folder["backbone.safetensors"], folder["exported"], new ExportOptions { Format = format, Naming = naming });
        LoadReport report = BackboneFile.Load(folder["exported"], loaded);

        Assert.Equal((0, 0, 0), (report.Count(TensorFate.Missing), report.Count(TensorFate.Reshaped), report.Count(TensorFate.Unexpected)));
        Dictionary<string, Tensor> expected = saved.state_dict();
        Assert.All(
            loaded
                .state_dict()
                .Where(entry =>
                    format is WeightFormat.Safetensors or WeightFormat.PyTorch
                    || !entry.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)),
            entry => AssertSame(expected[entry.Key], entry.Value));

        saved.eval();
        loaded.eval();
        using IDisposable noGrad = no_grad();
        Tensor images = randn(2, 3, 64, 96);
        AssertSame(saved.forward(images), loaded.forward(images));
    }

    [Theory]
    [InlineData(WeightFormat.Safetensors, WeightNaming.Torchvision)]
    [InlineData(WeightFormat.PyTorch, WeightNaming.Torchvision)]
    [InlineData(WeightFormat.PyTorch, WeightNaming.OpenSelfSup)]
    [InlineData(WeightFormat.PyTorch, WeightNaming.MmSegmentation)]
    public void Pretraining_goes_on_from_an_export_with_heads(WeightFormat format, WeightNaming naming)
    {
        Recipe recipe = RecipeReader.Read(
            "densecl-imagenet-r50",
            "model.backbone=resnet18",
            "model.embedding=16",
            "method.queue=12",
            "method.keyMomentum=0.9",
            "optim.batch=4",
            "optim.batchNormGroup=4",
            "data.size=64");
        using DenseContrast first = new(recipe, CPU),
            second = new(recipe with { Run = recipe.Run with { Seed = 5 } }, CPU);
        using TrainingStep training = new(first, recipe.Optim);
        for (int step = 0; step < 4; step++)
        {
            training.Run(new Views(randn(4, 3, 64, 64), randn(4, 3, 64, 64), [], []), step, 0.05); // 16 keys in 12 entries: the ring has wrapped
        }

        Checkpoint.Save(folder["checkpoint.safetensors"], training, 4, recipe, "data");
        WeightExport.Write(folder["checkpoint.safetensors"], folder["exported"], new ExportOptions { Format = format, Naming = naming, Heads = true });
        LoadReport report = StartingWeights.Load(folder["exported"], second, partial: false);

        Assert.Empty(report.Notes);
        Assert.Equal((0, 0), (report.Count(TensorFate.Missing), report.Count(TensorFate.Unexpected)));
        foreach ((Encoder from, Encoder to) in new[] { (first.QueryEncoder, second.QueryEncoder), (first.KeyEncoder, second.KeyEncoder) })
        {
            Dictionary<string, Tensor> expected = from.state_dict();
            Assert.All(to.state_dict(), entry => AssertSame(expected[entry.Key], entry.Value));
        }

        // 16 keys went into 12 entries: the oldest is the fifth, and is now the first to be written over.
        AssertSame(first.GlobalQueue.Keys.roll([-4], [0]), second.GlobalQueue.Keys);
        AssertSame(first.DenseQueue!.Keys.roll([-4], [0]), second.DenseQueue!.Keys);
        Assert.Equal((0L, 1.0), (second.GlobalQueue.Position, second.GlobalQueue.Filled));
    }

    [Fact]
    public void Notes_of_the_source_come_along_and_what_is_assumed_is_said()
    {
        using Backbone network = Network(BackboneKind.Resnet18);
        Recipe recipe = new() { Data = new() { Mean = new(0.5, 0.25, 0.125) } };
        BackboneFile.Save(folder["known.safetensors"], network, recipe, 7);
        SafetensorsWriter.Write(folder["unknown.safetensors"], network.state_dict());
        Assert.Empty(WeightExport.Write(folder["known.safetensors"], folder["a.safetensors"], new ExportOptions()).Notes);
        Assert.Contains(
            "ImageNet",
            Assert.Single(WeightExport.Write(folder["unknown.safetensors"], folder["b.safetensors"], new ExportOptions()).Notes),
            StringComparison.Ordinal);
        using WeightFile known = WeightFile.Open(folder["a.safetensors"]),
            unknown = WeightFile.Open(folder["b.safetensors"]);
        Assert.Equal(
            ("0.5 0.25 0.125", recipe.Hash, "resnet18"),
            (known.Metadata["mean"], known.Metadata["recipe"], known.Metadata["architecture"]));
        Assert.Equal("0.485 0.456 0.406", unknown.Metadata["mean"]);
    }

    [Fact]
    public void Options_that_do_not_go_together_are_refused()
    {
        ExportOptions[] wrong =
        [
            new() { Format = WeightFormat.Onnx, Heads = true },
            new() { Format = WeightFormat.Detectron2, Heads = true },
            new() { Naming = WeightNaming.OpenSelfSup },
            new() { Stages = OnnxStages.All },
            new() { Format = WeightFormat.PyTorch, Normalise = true },
        ];
        Assert.All(
            wrong,
            options => Assert.StartsWith("--", Assert.Throws<WeightFileException>(options.Validate).Message, StringComparison.Ordinal));
        using Backbone network = Network(BackboneKind.Resnet18);
        BackboneFile.Save(folder["bare.safetensors"], network, new Recipe(), 7);
        Assert.Contains(
            "no heads",
            Assert
                .Throws<WeightFileException>(() =>
                    WeightExport.Write(folder["bare.safetensors"], folder["x"], new ExportOptions { Heads = true }))
                .Message,
            StringComparison.Ordinal);
        Assert.False(File.Exists(folder["x"]));
    }

    [Theory]
    [InlineData(WeightFormat.Detectron2, WeightNaming.Torchvision, "Detectron2 has no such network")]
    [InlineData(WeightFormat.PyTorch, WeightNaming.OpenSelfSup, "OpenMMLab's network of that kind is another one")]
    [InlineData(WeightFormat.PyTorch, WeightNaming.MmSegmentation, "OpenMMLab's network of that kind is another one")]
    public void A_file_that_the_other_program_could_not_use_is_refused(WeightFormat format, WeightNaming naming, string why)
    {
        using Backbone network = Network(BackboneKind.MobilenetV3Large);
        BackboneFile.Save(folder["mobile.safetensors"], network, new Recipe(), 7);
        string message = Assert
            .Throws<WeightFileException>(() =>
                WeightExport.Write(folder["mobile.safetensors"], folder["x"], new ExportOptions { Format = format, Naming = naming }))
            .Message;
        Assert.Contains("holds mobilenet-v3-large", message, StringComparison.Ordinal);
        Assert.Contains(why, message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["x"]));
    }

    private static Backbone Network(BackboneKind architecture)
    {
        Backbone network = Backbone.Create(architecture);
        network.Initialise(3);
        using IDisposable noGrad = no_grad();
        foreach (
            Tensor tensor in network
                .state_dict()
                .Where(entry => !entry.Key.Contains("conv", StringComparison.Ordinal))
                .Select(entry => entry.Value)
                .Where(t => t.is_floating_point()))
        {
            tensor.add_(rand_like(tensor) * 0.1f);
        }

        return network;
    }

    private static void AssertSame(Tensor expected, Tensor actual) =>
        Assert.True(expected.shape.SequenceEqual(actual.shape) && expected.eq(actual).all().item<bool>());
}
