using DenseCL.Compute;
using static TorchSharp.torch;

namespace DenseCL.Models.Backbones.ResNets;

/// <summary>The projection of a residual block's shortcut, torchvision's `downsample`: a 1×1 convolution and batch norm.</summary>
internal sealed class Shortcut : nn.Module
{
    // A pair, because modules in fields would be registered under the fields' names.
    private readonly (Convolution Convolution, BatchNorm Norm) layers;

    private Shortcut(long inChannels, long outChannels, long stride)
        : base(nameof(Shortcut))
    {
        layers = (new Convolution(inChannels, outChannels, 1, stride), new BatchNorm(outChannels));
        register_module("0", layers.Convolution);
        register_module("1", layers.Norm);
    }

    /// <returns>Null if the identity fits.</returns>
    public static Shortcut? Create(long inChannels, long outChannels, long stride) =>
        stride == 1 && inChannels == outChannels ? null : new Shortcut(inChannels, outChannels, stride);

    public Activation forward(Activation x, Tape? tape) => layers.Norm.forward(layers.Convolution.forward(x, tape), tape, relu: false);

    /// <summary>Adds the operators of <see cref="forward"/> to a graph and returns the resulting value.</summary>
    public string Describe(NetworkGraph graph, string name, string input) =>
        layers.Norm.Describe(graph, $"{name}.1", layers.Convolution.Describe(graph, $"{name}.0", input));
}
