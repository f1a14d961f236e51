using DenseCL.Compute;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Training;
using DenseCL.Transfer.Labelled.Masks;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Protocols.Segmentation.Network;

/// <summary>
/// A fully convolutional network: a backbone with a finer output stride and its heads, with their gradients and momentum.
/// </summary>
internal sealed class Fcn : IDisposable
{
    private readonly SegmentationOptions options;
    private readonly ulong seed;
    private readonly FcnHeads heads;
    private readonly ParameterVector? backboneParameters;
    private readonly ParameterVector headParameters;
    private readonly Sgd? backboneOptimiser;
    private readonly Sgd headOptimiser;

    /// <param name="backbone">Disposed together with this object.</param>
    /// <param name="options">The protocol.</param>
    /// <param name="classes">K</param>
    /// <param name="seed">The seed of the heads' initial weights and of the dropout.</param>
    /// <param name="device">The device that computes.</param>
    public Fcn(Backbone backbone, SegmentationOptions options, int classes, ulong seed, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        (Backbone, this.options, this.seed) = (backbone, options, seed);
        heads = new FcnHeads(backbone.StageChannels, options, classes, seed);
        backbone.to(device);
        heads.to(device);
        headParameters = new ParameterVector(heads, trainable: true);
        headOptimiser = new Sgd(headParameters, options.Momentum, options.WeightDecay);
        if (!options.Frozen)
        {
            backboneParameters = new ParameterVector(backbone, trainable: true);
            backboneOptimiser = new Sgd(backboneParameters, options.Momentum, options.WeightDecay);
        }
    }

    public Backbone Backbone { get; }

    public FcnHeads Heads => heads;

    /// <summary>Forward and backward pass of a batch; the gradients are then those of its loss.</summary>
    /// <param name="images">(N, channels, H, W) float32 or bfloat16, normalised, channels-last in memory.</param>
    /// <param name="masks">(N, H, W) int64: 0 … K − 1, or 255.</param>
    /// <param name="step">The step, from 0: it keys the dropout.</param>
    /// <returns>The loss in nats, including the auxiliary head's.</returns>
    public double Forward(Tensor images, Tensor masks, long step)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        heads.train();
        Backbone.train(!options.Frozen);
        headParameters.Gradients!.zero_();
        backboneParameters?.Gradients!.zero_();

        Tape tape = new();
        Activation[] stages = options.Frozen ? Frozen(images) : Backbone.Stages(new Activation(images, needsGradient: false), tape);
        Activation main = heads.Main.forward(stages[^1], tape, Kept(heads.Main, images, step));
        Activation? auxiliary = heads.Auxiliary?.forward(stages[^2], tape, Kept(heads.Auxiliary, images, step));

        using Scalar ignore = ((long)GridLabels.Ignore).ToScalar();
        long counted = masks.ne(ignore).sum().item<long>();
        (double loss, Tensor gradient) = SegmentationLoss.Of(main.Value, masks, counted, 1);
        main.Receive(gradient);
        if (auxiliary is not null)
        {
            (double second, Tensor other) = SegmentationLoss.Of(auxiliary.Value, masks, counted, options.AuxiliaryWeight);
            auxiliary.Receive(other);
            loss += second;
        }

        tape.Backward();
        return loss;
    }

    /// <summary>Updates the weights with the gradients of the last pass.</summary>
    public void Learn(double learningRate)
    {
        backboneOptimiser?.Step(learningRate);
        headOptimiser.Step(learningRate * options.HeadRate);
    }

    /// <summary>The logits of images, with the running batch-norm statistics: (N, channels, H, W) → (N, K, h, w) float32.</summary>
    public Tensor Logits(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        heads.eval();
        Backbone.eval();
        Tensor logits = heads.Main.forward(new Activation(Backbone.forward(images)), tape: null, kept: null).Value;
        return logits.to_type(ScalarType.Float32).contiguous().MoveToOuterDisposeScope();
    }

    // The layers before the heads are not trained: there is no tape and no gradient is needed.
    private Activation[] Frozen(Tensor images) => [.. Backbone.Stages(images).Select(map => new Activation(map, needsGradient: false))];

    /// <summary>(N, C, 1, 1): the factor of each channel in this step, 0 if dropout hides it from the classifier.</summary>
    private Tensor? Kept(FcnHead head, Tensor images, long step)
    {
        if (options.Dropout == 0)
        {
            return null;
        }

        CounterRandom random = new(
            seed,
            (ulong)RandomPurpose.SegmentationDropout,
            (ulong)step,
            ReferenceEquals(head, heads.Main) ? 0UL : 1UL);
        float[] kept = new float[images.shape[0] * head.Channels];
        for (int i = 0; i < kept.Length; i++)
        {
            kept[i] = random.NextDouble() < options.Dropout ? 0 : (float)(1 / (1 - options.Dropout));
        }

        using DisposeScope scope = NewDisposeScope();
        return torch
            .tensor(kept)
            .view(images.shape[0], head.Channels, 1, 1)
            .to(images.device)
            .to_type(images.dtype)
            .MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        backboneOptimiser?.Dispose();
        headOptimiser.Dispose();
        backboneParameters?.Dispose();
        headParameters.Dispose();
        heads.Dispose();
        Backbone.Dispose();
    }
}
