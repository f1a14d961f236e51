using DenseCL.Compute;

namespace DenseCL.Models.Backbones.MobileNets;

/// <summary>
/// A convolution, batch norm and a nonlinearity; torchvision's <c>Conv2dNormActivation</c> with MobileNetV3's batch norm.
/// </summary>
internal sealed class ConvolutionUnit : Block
{
    // The batch norm's constants (Howard et al., ICCV 2019, as in torchvision); running statistics follow more slowly than PyTorch's
    // default.
    private const double Epsilon = 0.001;
    private const double Momentum = 0.01;

    // A pair, because modules in fields would be registered under the fields' names.
    private readonly (Convolution Convolution, BatchNorm Norm) layers;
    private readonly Nonlinearity nonlinearity;

    public ConvolutionUnit(
        long inChannels,
        long outChannels,
        long size,
        Nonlinearity nonlinearity,
        long stride = 1,
        long dilation = 1,
        bool depthwise = false)
        : base(nameof(ConvolutionUnit))
    {
        this.nonlinearity = nonlinearity;
        layers = (
            new Convolution(inChannels, outChannels, size, stride, dilation, depthwise, StartValues.KaimingFanOut),
            new BatchNorm(outChannels, Epsilon, Momentum));
        register_module("0", layers.Convolution);
        register_module("1", layers.Norm);
    }

    public override Activation forward(Activation input, Tape? tape) => forward(input, tape, shortcut: null);

    /// <param name="input">(N, in, H, W)</param>
    /// <param name="tape">Records the backward pass, or null.</param>
    /// <param name="shortcut">(N, out, H', W'), added after the batch norm; or null</param>
    public Activation forward(Activation input, Tape? tape, Activation? shortcut)
    {
        Activation x = layers.Norm.forward(layers.Convolution.forward(input, tape), tape, nonlinearity == Nonlinearity.Relu, shortcut);
        return nonlinearity == Nonlinearity.Hardswish ? Hardswish.Apply(x, tape) : x;
    }

    public override string Describe(NetworkGraph graph, string name, string input)
    {
        string x = layers.Norm.Describe(graph, $"{name}.1", layers.Convolution.Describe(graph, $"{name}.0", input));
        return nonlinearity switch
        {
            Nonlinearity.Relu => graph.Add("Relu", $"{name}.2", [x]),
            Nonlinearity.Hardswish => Hardswish.Describe(graph, $"{name}.2", x),
            _ => x,
        };
    }
}
