using DenseCL.Compute;
using DenseCL.Models.Backbones;
using DenseCL.Models.Heads;
using DenseCL.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>A backbone with the two projection heads of dense contrastive learning. The method has two encoders, query and key.</summary>
public sealed class Encoder : nn.Module<Tensor, EncoderOutput>
{
    private readonly Backbone backbone;
    private readonly ProjectionHead globalHead;
    private readonly ProjectionHead? denseHead;
    private readonly bool dense;
    private readonly int? gridSize;

    /// <summary>Builds the encoder; its parameters are uninitialised.</summary>
    /// <param name="architecture">The backbone.</param>
    /// <param name="embedding">D, the length of the projected vectors.</param>
    /// <param name="dense">Whether there are dense vectors; MoCo-v2 has none.</param>
    /// <param name="gridSize">S: backbone features are average-pooled to S×S before matching and before the dense head; null keeps the size
    /// of the map.</param>
    /// <param name="outputStride">Input pixels per position of the map: 32, 16 or 8.</param>
    /// <param name="head">Which head computes dense vectors from features.</param>
    /// <param name="channels">Channels of an image, 1 to 8.</param>
    public Encoder(
        BackboneKind architecture,
        int embedding,
        bool dense,
        int? gridSize,
        int outputStride = Backbone.Stride,
        DenseHead head = DenseHead.Mlp,
        int channels = DataOptions.Rgb)
        : base(nameof(Encoder))
    {
        backbone = Backbone.Create(architecture, outputStride, channels);
        globalHead = new ProjectionHead(backbone.OutChannels, embedding, dense: false);
        denseHead = dense && head == DenseHead.Mlp ? new ProjectionHead(backbone.OutChannels, embedding, dense: true) : null;
        (this.dense, this.gridSize) = (dense, gridSize);
        DenseLength = denseHead is null ? backbone.OutChannels : embedding;
        RegisterComponents();
    }

    /// <summary>The part that is kept after pre-training.</summary>
    public Backbone Backbone => backbone;

    /// <summary>The length of a dense vector: D, or C without a dense head.</summary>
    public int DenseLength { get; }

    /// <summary>
    /// Features and projections of a batch, not normalised. Gradients are computed by libtorch; in <see cref="torch.no_grad"/> it is
    /// faster.
    /// </summary>
    /// <param name="images">(N, channels, H, W) float32 or bfloat16, RGB, normalised; the backbone's activations have its type.</param>
    /// <returns>Always float32.</returns>
    public override EncoderOutput forward(Tensor images)
    {
        using Tensor map = backbone.forward(images);
        return Project(map);
    }

    /// <summary>The same, for a backward pass in two parts: by libtorch from the loss to the feature map, then by the tape.</summary>
    internal EncoderOutput forward(Tensor images, Tape tape)
    {
        Activation map;
        using (no_grad())
        {
            map = backbone.forward(new Activation(images, needsGradient: false), tape);
        }

        Tensor leaf = map.Value.detach();
        leaf.requires_grad = true;
        tape.Record(() => map.Receive(leaf.grad!));
        return Project(leaf);
    }

    private EncoderOutput Project(Tensor map) // (N, C, h, w)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor embedding = globalHead.forward(map.mean([2, 3]));            // (N, D)
        if (!dense)
        {
            return new EncoderOutput(Single(embedding), null, null);
        }

        if (gridSize is { } s && (map.shape[2] != s || map.shape[3] != s))
        {
            map = nn.functional.adaptive_avg_pool2d(map, [s, s]);           // (N, C, S, S)
        }

        Tensor cells = map.permute(0, 2, 3, 1).flatten(1, 2);               // (N, S², C)
        return new EncoderOutput(Single(embedding), Single(cells), Single(denseHead?.forward(cells) ?? cells.alias()));

        static Tensor Single(Tensor x) => (x.dtype == ScalarType.BFloat16 ? x.to_type(ScalarType.Float32) : x).MoveToOuterDisposeScope();
    }
}
