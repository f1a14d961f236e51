using DenseCL.Compute;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Protocols.Segmentation;
using DenseCL.Transfer.Protocols.Segmentation.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Protocols.Segmentation;

public sealed class FcnTests
{
    private const int Classes = 5;

    private static readonly SegmentationOptions Small = new() { OutputStride = 16, HeadChannels = 64, Dropout = 0, Batch = 2, Precision = Precision.Fp32 };

    [Theory]
    [InlineData(BackboneKind.Resnet18, 8, false, 0.4)]
    [InlineData(BackboneKind.Resnet18, 16, false, 0)]
    [InlineData(BackboneKind.Resnet50, 16, true, 0.4)]
    [InlineData(BackboneKind.Resnet18, 8, true, 0.4)]
    public void Loss_and_gradients_through_the_tape_are_those_of_libtorchs_differentiation(
        BackboneKind kind,
        int stride,
        bool frozen,
        double auxiliary)
    {
        using DisposeScope scope = NewDisposeScope();
        SegmentationOptions options = Small with { OutputStride = stride, Frozen = frozen, AuxiliaryWeight = auxiliary };
        (Tensor images, Tensor masks) = Batch();
        using Fcn network = New(kind, options);
        double loss = network.Forward(images, masks, 0);
        nn.Module[] learning = frozen ? [network.Heads] : [network.Backbone, network.Heads];
        Dictionary<string, Tensor> ours = Gradients();

        // The same network without the tape: libtorch notes and differentiates all.
        foreach (nn.Module module in learning)
        {
            foreach ((_, TorchSharp.Modules.Parameter parameter) in module.named_parameters())
            {
                parameter.grad!.zero_();
            }
        }

        IReadOnlyList<Tensor> stages = network.Backbone.Stages(images);
        Tensor expected = Loss(network.Heads.Main, stages[3]);
        if (auxiliary > 0)
        {
            expected = expected + (auxiliary * Loss(network.Heads.Auxiliary!, stages[2]));
        }

        expected.backward();
        Assert.Equal(expected.item<float>(), loss, 4);
        foreach ((string name, Tensor theirs) in Gradients())
        {
            // Of the vectors' lengths. In a deeper backbone some ReLU is within a rounding of its edge and falls on the other side:
            // ResNetTests have those, in double precision.
            double scale = theirs.norm().item<float>(), difference = (theirs - ours[name]).norm().item<float>();
            Assert.True(difference <= 1e-3 * scale, $"{name}: {difference} of {scale}");
        }

        Dictionary<string, Tensor> Gradients() =>
            learning.SelectMany(module => module.named_parameters()).ToDictionary(p => p.name, p => p.parameter.grad!.clone());

        Tensor Loss(FcnHead head, Tensor map) =>
            nn.functional.cross_entropy(
                nn.functional.interpolate(
                    head.forward(new Activation(map), null, null).Value,
                    [64, 96],
                    mode: InterpolationMode.Bilinear,
                    align_corners: false),
                masks,
                ignore_index: 255);
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Bf16)]
    public void A_frozen_backbone_stays_bit_by_bit_and_another_does_not(Precision precision)
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone before = BackboneSource.Untrained(BackboneKind.Resnet18, 1).Build();
        foreach (bool frozen in new[] { true, false })
        {
            using Fcn network = New(BackboneKind.Resnet18, Small with { Frozen = frozen, Dropout = 0.1, Precision = precision });
            Dictionary<string, Tensor> heads = network.Heads.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
            (Tensor images, Tensor masks) = Batch();
            for (int step = 0; step < 2; step++)
            {
                network.Forward(images.to_type(precision == Precision.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32), masks, step);
                network.Learn(0.01);
            }

            Dictionary<string, Tensor> now = network.Backbone.state_dict(), was = before.state_dict();
            Assert.All(now, entry => Assert.True(frozen == Same(entry.Value, was[entry.Key]), entry.Key));
            Assert.All(network.Heads.state_dict(), entry => Assert.False(Same(entry.Value, heads[entry.Key]), entry.Key));
        }
    }

    [Fact]
    public void Dropout_is_drawn_anew_for_each_step_and_the_same_for_the_same()
    {
        using DisposeScope scope = NewDisposeScope();
        using Fcn network = New(BackboneKind.Resnet18, Small with { Dropout = 0.5, Frozen = true });
        (Tensor images, Tensor masks) = Batch();
        double first = network.Forward(images, masks, 0), second = network.Forward(images, masks, 1);
        Assert.NotEqual(first, second);
        Assert.Equal(first, network.Forward(images, masks, 0));
    }

    [Fact]
    public void Logits_have_the_maps_size_and_the_test_uses_no_dropout()
    {
        using DisposeScope scope = NewDisposeScope();
        using Fcn network = New(BackboneKind.Resnet18, Small with { Dropout = 0.5 });
        (Tensor images, Tensor masks) = Batch();
        network.Forward(images, masks, 0);
        Tensor logits = network.Logits(images);
        Assert.Equal([2, Classes, 4, 6], logits.shape);
        Assert.True(Same(logits, network.Logits(images)));
    }

    private static bool Same(Tensor first, Tensor second) => first.eq(second).all().item<bool>();

    private static Fcn New(BackboneKind kind, SegmentationOptions options) =>
        new(BackboneSource.Untrained(kind, 1).Build(options.OutputStride), options, Classes, seed: 5, CPU);

    private static (Tensor Images, Tensor Masks) Batch()
    {
        manual_seed(3);
        Tensor masks = randint(0, Classes, [2, 64, 96], dtype: ScalarType.Int64);
        masks[.., ..9] = 255;
        return (randn(2, 64, 96, 3).permute(0, 3, 1, 2), masks);
    }
}
