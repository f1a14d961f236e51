using DenseCL.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>A backbone with the two projection heads of dense contrastive learning; the method holds two of these, query and key.</summary>
public sealed class Encoder : nn.Module<Tensor, EncoderOutput>
{
    private readonly ResNet backbone;
    private readonly ProjectionHead globalHead;
    private readonly ProjectionHead? denseHead;
    private readonly int? gridSize;

    /// <summary>Builds the encoder; its numbers are uninitialised.</summary>
    /// <param name="architecture">The backbone.</param>
    /// <param name="embedding">D, the length of the projected vectors.</param>
    /// <param name="dense">Whether there is a dense head; MoCo-v2 has none.</param>
    /// <param name="gridSize">S: backbone features are average-pooled to S×S before matching and before the dense head; null leaves the map as it is.</param>
    public Encoder(BackboneKind architecture, int embedding, bool dense, int? gridSize)
        : base(nameof(Encoder))
    {
        backbone = new ResNet(architecture);
        globalHead = new ProjectionHead(backbone.OutChannels, embedding, dense: false);
        denseHead = dense ? new ProjectionHead(backbone.OutChannels, embedding, dense: true) : null;
        this.gridSize = gridSize;
        RegisterComponents();
    }

    /// <summary>The part that is kept after pre-training.</summary>
    public ResNet Backbone => backbone;

    /// <summary>Features and projections of a batch, none of them normalised.</summary>
    /// <param name="images">(N, 3, H, W) float32, RGB, normalised.</param>
    public override EncoderOutput forward(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor map = backbone.forward(images);                              // (N, C, h, w)
        Tensor embedding = globalHead.forward(map.mean([2, 3]));            // (N, D)
        if (denseHead is null)
        {
            return new EncoderOutput(embedding.MoveToOuterDisposeScope(), null, null);
        }

        if (gridSize is { } s && (map.shape[2] != s || map.shape[3] != s))
        {
            map = nn.functional.adaptive_avg_pool2d(map, [s, s]);           // (N, C, S, S)
        }

        Tensor cells = map.permute(0, 2, 3, 1).flatten(1, 2);               // (N, S², C)
        Tensor dense = denseHead.forward(cells);                            // (N, S², D)
        return new EncoderOutput(embedding.MoveToOuterDisposeScope(), cells.MoveToOuterDisposeScope(), dense.MoveToOuterDisposeScope());
    }
}
