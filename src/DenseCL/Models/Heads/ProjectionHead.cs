using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Models.Heads;

/// <summary>
/// Two linear maps with a ReLU between them, (…, C) → (…, D), without batch norm. The global head applies this to pooled vectors. The dense
/// head applies it at every position; its weights keep the shape (out, in, 1, 1) of 1×1 convolutions.
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
        // As in the reference implementation: its Kaiming initialisation reaches linear layers only, and convolutions keep PyTorch's
        // default.
        StartValues start = dense ? StartValues.Uniform : StartValues.KaimingFanIn;

        // The indices are those of PyTorch's Sequential(linear, relu, linear).
        layers = nn.Sequential(
            ("0", new Affine(channels, channels, pointwise: dense, start)),
            ("1", nn.ReLU(inplace: true)),
            ("2", new Affine(channels, embedding, pointwise: dense, start)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => layers.forward(input);
}
