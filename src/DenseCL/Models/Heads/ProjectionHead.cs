using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Models.Heads;

/// <summary>
/// Two linear maps with a ReLU between, (…, C) → (…, D), without batch norm. The global head is this on pooled vectors; the dense head is
/// this at every position, and its weights keep the shape (out, in, 1, 1) of the 1×1 convolutions they are.
/// </summary>
internal sealed class ProjectionHead : nn.Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    /// <param name="channels">C, of the input and the hidden layer.</param>
    /// <param name="embedding">D, of the output.</param>
    /// <param name="dense">Whether the weights have the shape of 1×1 convolutions.</param>
    public ProjectionHead(long channels, long embedding, bool dense)
        : base(nameof(ProjectionHead))
    {
        // As in the reference implementation: its Kaiming start reaches linear layers only, and convolutions keep PyTorch's.
        StartValues start = dense ? StartValues.Uniform : StartValues.KaimingFanIn;

        // The numbers are those of PyTorch's Sequential(linear, relu, linear).
        layers = nn.Sequential(
            ("0", new Affine(channels, channels, pointwise: dense, start)),
            ("1", nn.ReLU(inplace: true)),
            ("2", new Affine(channels, embedding, pointwise: dense, start)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => layers.forward(input);
}
