using DenseCL.Method;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Training;
using DenseCL.Transfer.Features;
using DenseCL.Weights;
using DenseCL.Weights.Formats;
using DenseCL.Weights.Formats.Onnx;
using DenseCL.Weights.Formats.Safetensors;
using DenseCL.Weights.Tensors.Naming;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Weights;

/// <summary>Backbones whose images have other channels than red, green and blue, in files.</summary>
public sealed class ChannelWeightTests : IDisposable
{
    private static readonly DataOptions Five = new()
    {
        Channels = 5,
        Mean = new PerChannel(0.1, 0.2, 0.3, 0.4, 0.5),
        Std = new PerChannel(0.11, 0.12, 0.13, 0.14, 0.15),
    };

    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData(WeightFormat.Safetensors, WeightNaming.Torchvision, BackboneKind.Resnet18)]
    [InlineData(WeightFormat.Safetensors, WeightNaming.Torchvision, BackboneKind.MobilenetV3Large)]
    [InlineData(WeightFormat.PyTorch, WeightNaming.Torchvision, BackboneKind.Resnet50)]
    [InlineData(WeightFormat.PyTorch, WeightNaming.OpenSelfSup, BackboneKind.Resnet18)]
    [InlineData(WeightFormat.PyTorch, WeightNaming.MmSegmentation, BackboneKind.Resnet18)]
    [InlineData(WeightFormat.Detectron2, WeightNaming.Torchvision, BackboneKind.Resnet18)]
    [InlineData(WeightFormat.Onnx, WeightNaming.Torchvision, BackboneKind.Resnet18)]
    public void A_backbone_of_five_channels_comes_back_from_any_format_bit_for_bit(WeightFormat format, WeightNaming naming, BackboneKind kind)
    {
        using Backbone saved = Network(kind), loaded = Backbone.Create(kind, channels: 5);
        BackboneFile.Save(folder["backbone.safetensors"], saved, new Recipe { Data = Five }, 7);
        LoadReport report = WeightExport.Write(
            folder["backbone.safetensors"], folder["exported"], new ExportOptions { Format = format, Naming = naming });
        Assert.Empty(report.Notes);
        BackboneFile.Load(folder["exported"], loaded);
        Dictionary<string, Tensor> expected = saved.state_dict();
        Assert.All(
            loaded.state_dict().Where(entry => !entry.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)),
            entry => Assert.True(expected[entry.Key].eq(entry.Value).all().item<bool>(), entry.Key));

        bool noted = format is WeightFormat.Safetensors or WeightFormat.Onnx || naming != WeightNaming.Torchvision;
        if (noted)
        {
            DataOptions normalisation = BackboneSource.Open(folder["exported"]).Normalisation;
            Assert.Equal((5, Five.Mean, Five.Std), (normalisation.Channels, normalisation.Mean, normalisation.Std));
        }
        else
        {
            Assert.Contains(
                "does not say with which means and standard deviations its images of 5 channels were normalised",
                Assert.Throws<WeightFileException>(() => BackboneSource.Open(folder["exported"])).Message,
                StringComparison.Ordinal);
            Assert.Contains(
                "none are written",
                Assert.Single(WeightExport.Write(folder["exported"], folder["again"], new ExportOptions()).Notes),
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Onnx_runtime_takes_images_of_five_channels(bool inside)
    {
        using Backbone network = Network(BackboneKind.Resnet18);
        network.eval();
        BackboneFile.Save(folder["backbone.safetensors"], network, new Recipe { Data = Five }, 7);
        WeightExport.Write(
            folder["backbone.safetensors"],
            folder["a.onnx"],
            new ExportOptions { Format = WeightFormat.Onnx, Normalise = inside, Stages = OnnxStages.All });
        using InferenceSession session = new(folder["a.onnx"]);
        Assert.Equal([-1, 5, -1, -1], session.InputMetadata["images"].Dimensions);
        Assert.Equal(inside ? "5 channels, 0..1" : "5 channels, 0..1 before normalisation", session.ModelMetadata.CustomMetadataMap["channels"]);
        Assert.Equal("0.1 0.2 0.3 0.4 0.5", session.ModelMetadata.CustomMetadataMap["mean"]);

        using IDisposable noGrad = no_grad();
        Tensor images = rand(2, 5, 64, 48);
        Tensor normalised = (images - Channels(Five.Mean)) / Channels(Five.Std);
        Tensor read = (inside ? images : normalised).contiguous();
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(read.data<float>().ToArray(), read.shape);
        using Microsoft.ML.OnnxRuntime.RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> values = session.Run(run, ["images"], [input], session.OutputNames);
        foreach ((OrtValue value, Tensor map) in values.Zip(network.Stages(normalised)))
        {
            Tensor theirs = tensor(value.GetTensorDataAsSpan<float>().ToArray()).view(value.GetTensorTypeAndShape().Shape);
            Assert.True(map.abs().max().item<float>() > 0.01);
            Assert.InRange(((theirs - map).abs().max() / map.abs().max()).item<float>(), 0, 1e-4);
        }

        static Tensor Channels(PerChannel values) => tensor(values.Numbers.Select(value => (float)value).ToArray()).reshape(1, 5, 1, 1);
    }

    [Fact]
    public void PyTorch_reads_a_first_convolution_of_five_inputs()
    {
        using Backbone network = Network(BackboneKind.Resnet18);
        BackboneFile.Save(folder["backbone.safetensors"], network, new Recipe { Data = Five }, 7);
        WeightExport.Write(folder["backbone.safetensors"], folder["a.pth"], new ExportOptions { Format = WeightFormat.PyTorch });
        System.Text.Json.JsonElement read = Python.Run(
            """
            import json, sys, torch, torchvision
            state = torch.load(sys.argv[1])
            network = torchvision.models.resnet18()
            network.conv1 = torch.nn.Conv2d(5, 64, 7, 2, 3, bias=False)
            network.fc = torch.nn.Identity()
            missing = network.load_state_dict(state, strict=True)
            network.eval()
            with torch.no_grad():
                print(json.dumps(dict(shape=list(state["conv1.weight"].shape), features=network(torch.full((1, 5, 64, 64), 0.5))[0].tolist())))
            """,
            folder["a.pth"]);
        Assert.Equal([64, 5, 7, 7], read.GetProperty("shape").EnumerateArray().Select(side => side.GetInt32()));
        network.eval();
        using IDisposable noGrad = no_grad();
        float[] ours = network.forward(full([1, 5, 64, 64], 0.5f)).mean([2, 3]).data<float>().ToArray();
        foreach ((System.Text.Json.JsonElement theirs, float expected) in read.GetProperty("features").EnumerateArray().Zip(ours))
            Assert.Equal(expected, theirs.GetSingle(), 1e-4 * ours.Max());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(8)]
    public void A_network_started_from_RGB_sees_in_equal_channels_what_that_network_saw_in_grey(int channels)
    {
        using Backbone rgb = Backbone.Create(BackboneKind.Resnet18, Small(channels).Model.OutputStride);
        DenseCL.Models.Initialisation.Initialise(rgb, 5);
        BackboneFile.Save(folder["rgb.safetensors"], rgb, new Recipe(), 7);
        using DenseContrast method = new(Small(channels), CPU);
        LoadReport report = StartingWeights.Load(folder["rgb.safetensors"], method, partial: false);
        Assert.Equal((1, 0, 0), (report.Count(TensorFate.Reshaped), report.Count(TensorFate.Missing), report.Count(TensorFate.OtherShape)));
        Assert.Contains(report.Notes, note => note.EndsWith($"each of the {channels} channels starts with their mean, times 3/{channels}.", StringComparison.Ordinal));

        Tensor before = rgb.state_dict()["conv1.weight"], after = method.QueryEncoder.Backbone.state_dict()["conv1.weight"];
        Assert.InRange((before.sum([1]) - after.sum([1])).abs().max().item<float>(), 0, 1e-6);
        for (int channel = 1; channel < channels; channel++)
            Assert.True(after.select(1, channel).eq(after.select(1, 0)).all().item<bool>());

        Assert.True(after.eq(method.KeyEncoder.Backbone.state_dict()["conv1.weight"]).all().item<bool>());
        rgb.eval();
        method.QueryEncoder.Backbone.eval();
        using IDisposable noGrad = no_grad();
        Tensor grey = randn(2, 1, 64, 64);
        Tensor expected = rgb.forward(grey.expand(2, 3, 64, 64)), actual = method.QueryEncoder.Backbone.forward(grey.expand(2, channels, 64, 64));
        Assert.InRange(((expected - actual).abs().max() / expected.abs().max()).item<float>(), 0, 1e-5);
    }

    [Theory]
    [InlineData(5, 4, "Its images have 5 channels, and here they have 4 channels (data.channels).")]
    [InlineData(1, 3, "Its images have 1 channel, and here they have RGB (data.channels).")]
    public void Weights_of_other_channels_than_RGB_do_not_fit(int stored, int wanted, string why)
    {
        using Backbone network = Network(BackboneKind.Resnet18, stored);
        SafetensorsWriter.Write(folder["other.safetensors"], network.state_dict());
        using DenseContrast method = new(Small(wanted), CPU);
        string message = Assert.Throws<WeightFileException>(
            () => StartingWeights.Load(folder["other.safetensors"], method, partial: false)).Message;
        Assert.Contains(why, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_backbone_of_RGB_is_loaded_as_another_only_to_start_a_run()
    {
        using Backbone rgb = Network(BackboneKind.Resnet18, 3), five = Network(BackboneKind.Resnet18);
        BackboneFile.Save(folder["rgb.safetensors"], rgb, new Recipe(), 7);
        string message = Assert.Throws<WeightFileException>(() => BackboneFile.Load(folder["rgb.safetensors"], five)).Message;
        Assert.Contains("Its images have RGB, and here they have 5 channels", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(0)]
    public void Files_whose_images_have_more_channels_than_can_be_are_refused(int channels)
    {
        Dictionary<string, Tensor> tensors = Network(BackboneKind.Resnet18).state_dict();
        tensors["conv1.weight"] = zeros(64, channels, 7, 7);
        SafetensorsWriter.Write(folder["many.safetensors"], tensors);
        string message = Assert.Throws<WeightFileException>(
            () => WeightExport.Write(folder["many.safetensors"], folder["x"], new ExportOptions())).Message;
        Assert.Contains($"takes images of {channels} channels; 1 to 8 are possible", message, StringComparison.Ordinal);
        Assert.Throws<WeightFileException>(() => BackboneSource.Open(folder["many.safetensors"]));
    }

    [Theory]
    [InlineData("0.1 0.2 0.3", "There must be 5 numbers.")]
    [InlineData("0.1 0.2 0.3 0.4 x", "x")]
    public void Notes_that_do_not_fit_the_channels_are_refused(string mean, string why)
    {
        SafetensorsWriter.Write(
            folder["noted.safetensors"],
            Network(BackboneKind.Resnet18).state_dict(),
            new Dictionary<string, string>(StringComparer.Ordinal) { ["mean"] = mean, ["std"] = "1 1 1 1 1" });
        Assert.Contains(
            why, Assert.Throws<WeightFileException>(() => BackboneSource.Open(folder["noted.safetensors"])).Message, StringComparison.Ordinal);
    }

    private static Backbone Network(BackboneKind kind, int channels = 5)
    {
        Backbone network = Backbone.Create(kind, channels: channels);
        DenseCL.Models.Initialisation.Initialise(network, 3);
        return network;
    }

    private static Recipe Small(int channels) => RecipeReader.Read(
        "small",
        $"data.channels={channels}",
        "model.embedding=16",
        "method.queue=12",
        "method.keyMomentum=0.9",
        "optim.batch=4",
        "optim.batchNormGroup=4");
}
