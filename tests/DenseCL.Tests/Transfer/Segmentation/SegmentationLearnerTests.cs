using DenseCL.Compute;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Segmentation;
using DenseCL.Transfer.Segmentation.Network;
using DenseCL.Transfer.Segmentation.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Segmentation;

public sealed class SegmentationLearnerTests
{
    private const int Classes = 5;

    private static readonly SegmentationOptions Small = new() { OutputStride = 16, HeadChannels = 64, Dropout = 0, Batch = 2, Precision = Precision.Fp32 };

    [Theory]
    [InlineData(BackboneKind.Resnet18, 8, false, 0.4, HeadKind.Fcn)]
    [InlineData(BackboneKind.Resnet18, 16, false, 0, HeadKind.Fcn)]
    [InlineData(BackboneKind.Resnet50, 16, true, 0.4, HeadKind.Fcn)]
    [InlineData(BackboneKind.Resnet18, 8, true, 0.4, HeadKind.Fcn)]
    [InlineData(BackboneKind.Resnet18, 16, false, 0.4, HeadKind.Linear)]
    [InlineData(BackboneKind.Resnet18, 32, false, 0.4, HeadKind.Fpn)]
    [InlineData(BackboneKind.Resnet18, 8, false, 0, HeadKind.Fpn)]
    [InlineData(BackboneKind.MobilenetV3Large, 16, true, 0, HeadKind.Fpn)]
    public void Loss_and_gradients_through_the_tape_are_those_of_libtorchs_differentiation(
        BackboneKind kind,
        int stride,
        bool frozen,
        double auxiliary,
        HeadKind head)
    {
        using DisposeScope scope = NewDisposeScope();
        SegmentationOptions options = Small with { OutputStride = stride, Frozen = frozen, AuxiliaryWeight = auxiliary, Head = head };
        (Tensor images, Tensor masks) = Batch();
        using SegmentationLearner learner = New(kind, options);
        double loss = learner.Forward(images, masks, 0);
        nn.Module[] learning = frozen ? [learner.Network.Heads] : [learner.Network.Backbone, learner.Network.Heads];
        Dictionary<string, Tensor> ours = Gradients();

        // The same network without the tape: libtorch notes and differentiates all.
        foreach (nn.Module module in learning)
        {
            foreach ((_, TorchSharp.Modules.Parameter parameter) in module.named_parameters())
            {
                parameter.grad!.zero_();
            }
        }

        IReadOnlyList<Tensor> stages = learner.Network.Backbone.Stages(images);
        Tensor expected = Loss(learner.Network.Heads.Main, stages);
        if (auxiliary > 0 && head == HeadKind.Fcn)
        {
            expected = expected + (auxiliary * Loss(learner.Network.Heads.Auxiliary!, [stages[2]]));
        }

        expected.backward();
        Assert.Equal(expected.item<float>(), loss, 4);
        foreach ((string name, Tensor theirs) in Gradients())
        {
            // Of the vectors' lengths. With some seeds, and with most in a deeper backbone, a ReLU is within a rounding of its edge and
            // falls on the other side: with 3 of 6 seeds this was so in one of the 8 cases. ResNetTests have those, in double precision.
            double scale = theirs.norm().item<float>(), difference = (theirs - ours[name]).norm().item<float>();
            Assert.True(difference <= 1e-3 * scale, $"{name}: {difference} of {scale}");
        }

        Dictionary<string, Tensor> Gradients() =>
            learning.SelectMany(module => module.named_parameters()).ToDictionary(p => p.name, p => p.parameter.grad!.clone());

        Tensor Loss(SegmentationHead part, IReadOnlyList<Tensor> maps) =>
            nn.functional.cross_entropy(
                nn.functional.interpolate(
                    part.forward([.. maps.Select(map => new Activation(map))], null, null).Value,
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
            using SegmentationLearner learner = New(BackboneKind.Resnet18, Small with { Frozen = frozen, Dropout = 0.1, Precision = precision });
            Dictionary<string, Tensor> heads = learner.Network.Heads.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
            (Tensor images, Tensor masks) = Batch();
            for (int step = 0; step < 2; step++)
            {
                learner.Forward(images.to_type(precision == Precision.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32), masks, step);
                learner.Learn(0.01);
            }

            Dictionary<string, Tensor> now = learner.Network.Backbone.state_dict(), was = before.state_dict();
            Assert.All(now, entry => Assert.True(frozen == Same(entry.Value, was[entry.Key]), entry.Key));
            Assert.All(learner.Network.Heads.state_dict(), entry => Assert.False(Same(entry.Value, heads[entry.Key]), entry.Key));
        }
    }

    [Fact]
    public void Dropout_is_drawn_anew_for_each_step_and_the_same_for_the_same()
    {
        using DisposeScope scope = NewDisposeScope();
        using SegmentationLearner learner = New(BackboneKind.Resnet18, Small with { Dropout = 0.5, Frozen = true });
        (Tensor images, Tensor masks) = Batch();
        double first = learner.Forward(images, masks, 0), second = learner.Forward(images, masks, 1);
        Assert.NotEqual(first, second);
        Assert.Equal(first, learner.Forward(images, masks, 0));
    }

    [Fact]
    public void Logits_have_the_maps_size_and_the_test_uses_no_dropout()
    {
        using DisposeScope scope = NewDisposeScope();
        using SegmentationLearner learner = New(BackboneKind.Resnet18, Small with { Dropout = 0.5 });
        (Tensor images, Tensor masks) = Batch();
        learner.Forward(images, masks, 0);
        Tensor logits = learner.Network.Logits(images);
        Assert.Equal([2, Classes, 4, 6], logits.shape);
        Assert.True(Same(logits, learner.Network.Logits(images)));
    }

    private static bool Same(Tensor first, Tensor second) => first.eq(second).all().item<bool>();

    private static SegmentationLearner New(BackboneKind kind, SegmentationOptions options)
    {
        // The network lives as long as the test's dispose scope.
        SegmentationNetwork network = new(BackboneSource.Untrained(kind, 1).Build(options.OutputStride), options, Classes);
        return new SegmentationLearner(network, options, [1, 1, 1, 1, 1], seed: 2, CPU);
    }

    private static (Tensor Images, Tensor Masks) Batch()
    {
        manual_seed(3);
        Tensor masks = randint(0, Classes, [2, 64, 96], dtype: ScalarType.Int64);
        masks[.., ..9] = 255;
        return (randn(2, 64, 96, 3).permute(0, 3, 1, 2), masks);
    }
}
