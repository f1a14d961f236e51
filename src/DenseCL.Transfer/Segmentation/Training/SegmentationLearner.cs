using DenseCL.Compute;
using DenseCL.Models;
using DenseCL.Platform;
using DenseCL.Training;
using DenseCL.Transfer.Segmentation.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Segmentation.Training;

/// <summary>A segmentation network that is trained: its gradients, its momentum, and the backward pass.</summary>
internal sealed class SegmentationLearner : IDisposable
{
    private readonly SegmentationOptions options;
    private readonly ulong seed;
    private readonly float[] weights;
    private readonly ParameterVector? backboneParameters;
    private readonly ParameterVector headParameters;
    private readonly Sgd? backboneOptimiser;
    private readonly Sgd headOptimiser;

    /// <param name="network">The network, whose heads are initialised here. It is not disposed together with this object.</param>
    /// <param name="options">The protocol.</param>
    /// <param name="weights">(K): how much a pixel of each class counts.</param>
    /// <param name="seed">The seed of the heads' initial weights and of the dropout.</param>
    /// <param name="device">The device that computes.</param>
    public SegmentationLearner(SegmentationNetwork network, SegmentationOptions options, float[] weights, ulong seed, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        (Network, this.options, this.weights, this.seed) = (network, options, weights, seed);
        network.Heads.Initialise(seed);
        network.To(device);
        headParameters = new ParameterVector(network.Heads, trainable: true);
        headOptimiser = new Sgd(headParameters, options.Momentum, options.WeightDecay);
        if (!options.Frozen)
        {
            backboneParameters = new ParameterVector(network.Backbone, trainable: true);
            backboneOptimiser = new Sgd(backboneParameters, options.Momentum, options.WeightDecay);
        }
    }

    public SegmentationNetwork Network { get; }

    /// <summary>Everything that training changes: the network's tensors and the momentum.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State
    {
        get
        {
            IEnumerable<KeyValuePair<string, Tensor>> state = Network.State.Append(new("velocity.heads", headOptimiser.Velocity));
            return backboneOptimiser is null ? state : state.Append(new("velocity.backbone", backboneOptimiser.Velocity));
        }
    }

    /// <summary>Forward and backward pass of a batch; the gradients are then those of its loss.</summary>
    /// <param name="images">(N, channels, H, W) float32 or bfloat16, normalised, channels-last in memory.</param>
    /// <param name="masks">(N, H, W) int64: 0 … K − 1, or 255.</param>
    /// <param name="step">The step, from 0: it keys the dropout.</param>
    /// <returns>The loss in nats, including the auxiliary head's.</returns>
    public double Forward(Tensor images, Tensor masks, long step)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        SegmentationHeads heads = Network.Heads;
        heads.train();
        Network.Backbone.train(!options.Frozen);
        headParameters.Gradients!.zero_();
        backboneParameters?.Gradients!.zero_();

        Tape tape = new();
        Activation[] stages = options.Frozen
            ? Frozen(images)
            : Network.Backbone.Stages(new Activation(images, needsGradient: false), tape);
        Activation main = heads.Main.forward(stages, tape, Kept(heads.Main, images, step));
        Activation? auxiliary = heads.Auxiliary?.forward([stages[^2]], tape, Kept(heads.Auxiliary, images, step));

        double counted = SegmentationLoss.Counted(masks, weights);
        (double loss, Tensor gradient) = SegmentationLoss.Of(main.Value, masks, weights, counted, 1);
        main.Receive(gradient);
        if (auxiliary is not null)
        {
            (double second, Tensor other) = SegmentationLoss.Of(auxiliary.Value, masks, weights, counted, options.AuxiliaryWeight);
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

    // The layers before the heads are not trained: there is no tape and no gradient is needed.
    private Activation[] Frozen(Tensor images) =>
        [.. Network.Backbone.Stages(images).Select(map => new Activation(map, needsGradient: false))];

    /// <summary>(N, C, 1, 1): the factor of each channel in this step, 0 if dropout hides it from the classifier.</summary>
    private Tensor? Kept(SegmentationHead head, Tensor images, long step)
    {
        if (options.Dropout == 0)
        {
            return null;
        }

        CounterRandom random = new(
            seed,
            (ulong)RandomPurpose.SegmentationDropout,
            (ulong)step,
            ReferenceEquals(head, Network.Heads.Main) ? 0UL : 1UL);
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
    }
}
