using DenseCL.Compute;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Models;

public class ResNetTests
{
    /// <summary>
    /// torchvision's published numbers of parameters, without the classifier (in × 1000 + 1000); names and shapes of 18 and 50 are in the
    /// golden files.
    /// </summary>
    [Theory]
    [InlineData(BackboneKind.Resnet18, 11_689_512 - 513_000, 512)]
    [InlineData(BackboneKind.Resnet34, 21_797_672 - 513_000, 512)]
    [InlineData(BackboneKind.Resnet50, 25_557_032 - 2_049_000, 2048)]
    [InlineData(BackboneKind.Resnet101, 44_549_160 - 2_049_000, 2048)]
    [InlineData(BackboneKind.Resnet152, 60_192_808 - 2_049_000, 2048)]
    public void It_has_as_many_parameters_as_torchvisions(BackboneKind kind, long parameters, int channels)
    {
        using Backbone network = Backbone.Create(kind);
        Assert.Equal(parameters, network.parameters().Sum(p => p.numel()));
        Assert.Equal(channels, network.OutChannels);
    }

    [Theory]
    [InlineData(BackboneKind.Resnet18, 64, 96)]
    [InlineData(BackboneKind.Resnet50, 65, 33)]
    public void Its_map_is_a_thirty_second_of_the_image_rounded_up(BackboneKind kind, int height, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using Backbone network = Backbone.Create(kind);
        network.Initialise(0);
        Assert.Equal([2, network.OutChannels, (height + 31) / 32, (width + 31) / 32], network.forward(randn(2, 3, height, width)).shape);
    }

    /// <summary>Dilation computes what the strides would have, and the positions between: nothing else changes, and no weight.</summary>
    [Theory]
    [InlineData(BackboneKind.Resnet18, 8)]
    [InlineData(BackboneKind.Resnet18, 16)]
    [InlineData(BackboneKind.Resnet50, 8)]
    [InlineData(BackboneKind.Resnet50, 16)]
    public void A_finer_map_holds_the_coarse_one_at_every_nth_position(BackboneKind kind, int outputStride)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using Backbone coarse = Backbone.Create(kind), fine = Backbone.Create(kind, outputStride);
        coarse.Initialise(4);
        fine.load_state_dict(coarse.state_dict());
        coarse.eval();
        fine.eval();
        manual_seed(6);
        Tensor images = randn(1, 3, 96, 128), expected = coarse.forward(images), map = fine.forward(images);
        int nth = 32 / outputStride;
        Assert.Equal([1, coarse.OutChannels, 96 / outputStride, 128 / outputStride], map.shape);
        Tensor taken = map[TensorIndex.Ellipsis, TensorIndex.Slice(step: nth), TensorIndex.Slice(step: nth)];
        Assert.Equal(0, ((taken - expected).abs().max() / expected.abs().max()).item<float>(), 1e-4f);
        Assert.Equal([outputStride, 32], [fine.OutputStride, coarse.OutputStride]);
        Assert.Equal(fine.StageChannels.Select(channels => (long)channels), fine.Stages(images).Select(stage => stage.shape[1]));
    }

    /// <summary>
    /// In double precision: in single, some ReLU of a deep network is within a rounding of its edge and falls on the other side.
    /// </summary>
    [Theory]
    [InlineData(BackboneKind.Resnet18, 8)]
    [InlineData(BackboneKind.Resnet50, 16)]
    [InlineData(BackboneKind.Resnet50, 32)]
    public void Gradients_that_the_tape_sends_back_from_two_stages_are_those_of_libtorchs_differentiation(
        BackboneKind kind,
        int outputStride)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(9);
        using Backbone network = Backbone.Create(kind, outputStride);
        network.Initialise(4);
        network.to(ScalarType.Float64);
        using ParameterVector parameters = new(network, trainable: true);
        Tensor images = Random(2, 3, 64, 96);
        IReadOnlyList<Tensor> stages = network.Stages(images);
        Tensor third = Random(stages[2].shape), fourth = Random(stages[3].shape);
        ((stages[2] * third).sum() + (stages[3] * fourth).sum()).backward();
        Tensor expected = parameters.Gradients!.clone();
        parameters.Gradients!.zero_();

        Tape tape = new();
        Activation[] maps;
        using (no_grad())
        {
            maps = network.Stages(new Activation(images, needsGradient: false), tape);
        }

        maps[2].Receive(third.clone());
        maps[3].Receive(fourth.clone());
        tape.Backward();
        Assert.InRange(((parameters.Gradients! - expected).norm() / expected.norm()).item<double>(), 0, 1e-11);

        Tensor Random(params long[] shape) => randn(shape, ScalarType.Float64, generator: generator);
    }

    [Fact]
    public void It_survives_the_dispose_scope_that_it_was_made_in()
    {
        using DisposeScope outer = NewDisposeScope();
        Backbone network;
        using (NewDisposeScope())
        {
            network = Backbone.Create(BackboneKind.Resnet18);
            network.Initialise(0);
        }

        using (network)
        {
            Assert.Equal(122, network.state_dict().Count + 2);      // torchvision's resnet18 has 122 entries, two of them the classifier's
            Assert.Equal([1, 512, 1, 1], network.forward(randn(1, 3, 32, 32)).shape.Select(x => x));
        }
    }

    [Fact]
    public void Initialisation_follows_the_paper_and_no_layer_moves_another()
    {
        using DisposeScope scope = NewDisposeScope();
        using Encoder dense = new(BackboneKind.Resnet18, 128, dense: true, gridSize: null),
            plain = new(BackboneKind.Resnet18, 128, dense: false, gridSize: 3);
        dense.Initialise(7);
        plain.Initialise(7);
        Dictionary<string, Tensor> a = dense.state_dict(), b = plain.state_dict();
        Assert.All(b, entry => Assert.True(entry.Value.eq(a[entry.Key]).all().item<bool>(), entry.Key));

        // Kaiming normal over fan-in for the backbone and the global head: N(0, 2 / fan-in).
        foreach (string name in new[] { "backbone.conv1.weight", "backbone.layer4.1.conv2.weight", "backbone.layer3.0.downsample.0.weight", "globalHead.layers.0.weight" })
        {
            double deviation = Math.Sqrt(2.0 / (a[name].numel() / a[name].shape[0]));
            Assert.InRange(a[name].std().item<float>() / deviation, 0.97, 1.03);
            Assert.InRange(a[name].abs().max().item<float>() / deviation, 3, 7);
        }

        // PyTorch's default for the dense head's convolutions: uniform within 1 / √fan-in, biases too.
        foreach (string name in new[] { "denseHead.layers.0.weight", "denseHead.layers.0.bias", "denseHead.layers.2.weight", "denseHead.layers.2.bias" })
        {
            double bound = 1 / Math.Sqrt(512);
            Assert.InRange(a[name].abs().max().item<float>() / bound, 0.9, 1.00001);
            Assert.InRange(a[name].std().item<float>() / (bound / Math.Sqrt(3)), 0.85, 1.15);
        }

        Assert.Equal(0, a["globalHead.layers.0.bias"].abs().max().item<float>());
        Assert.Equal(1, a["backbone.layer1.0.bn1.weight"].min().item<float>());
        Assert.Equal(1, a["backbone.layer1.0.bn1.running_var"].min().item<float>());

        dense.Initialise(8);
        Assert.False(a["backbone.conv1.weight"].eq(b["backbone.conv1.weight"]).any().item<bool>());
    }
}
