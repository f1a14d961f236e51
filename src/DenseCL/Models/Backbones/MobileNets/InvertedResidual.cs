using System.Globalization;
using DenseCL.Compute;
using static TorchSharp.torch;

namespace DenseCL.Models.Backbones.MobileNets;

/// <summary>
/// A 1×1 convolution to more channels, a depthwise convolution, squeeze and excitation if the row has it, and a 1×1 convolution to few
/// channels (Howard et al., ICCV 2019, figure 4). If input and output have the same shape, the input is added.
/// </summary>
internal sealed class InvertedResidual : Block
{
    // A tuple, because modules in fields would be registered under the fields' names.
    private readonly (ConvolutionUnit? Expand, ConvolutionUnit Depthwise, SqueezeExcitation? Squeeze, ConvolutionUnit Project) layers;
    private readonly bool shortcut;

    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="row">The row of the network's table.</param>
    /// <param name="dilation">Of the depthwise convolution. Above 1 it replaces the stride of the row.</param>
    public InvertedResidual(long inChannels, MobileRow row, long dilation)
        : base(nameof(InvertedResidual))
    {
        layers = (
            row.Expanded == inChannels ? null : new ConvolutionUnit(inChannels, row.Expanded, 1, row.Nonlinearity),
            new ConvolutionUnit(
                row.Expanded,
                row.Expanded,
                row.Size,
                row.Nonlinearity,
                dilation > 1 ? 1 : row.Stride,
                dilation,
                depthwise: true),
            row.Squeeze ? new SqueezeExcitation(row.Expanded, Squeezed(row.Expanded)) : null,
            new ConvolutionUnit(row.Expanded, row.Channels, 1, Nonlinearity.None));
        shortcut = row.Stride == 1 && inChannels == row.Channels;

        // torchvision's name of the list; its indices depend on which of the layers exist.
        register_module("block", nn.ModuleList([.. InOrder]));
    }

    private IEnumerable<Block> InOrder => new Block?[] { layers.Expand, layers.Depthwise, layers.Squeeze, layers.Project }.OfType<Block>();

    public override Activation forward(Activation input, Tape? tape)
    {
        Activation x = layers.Depthwise.forward(layers.Expand?.forward(input, tape) ?? input, tape);
        return layers.Project.forward(layers.Squeeze?.forward(x, tape) ?? x, tape, shortcut ? input : null);
    }

    public override string Describe(NetworkGraph graph, string name, string input)
    {
        string x = input;
        foreach ((int number, Block layer) in InOrder.Index())
        {
            x = layer.Describe(graph, string.Create(CultureInfo.InvariantCulture, $"{name}.block.{number}"), x);
        }

        return shortcut ? graph.Add("Add", $"{name}.add", [x, input]) : x;
    }

    /// <summary>A quarter of the channels, rounded to a multiple of 8 that is at most a tenth less.</summary>
    private static long Squeezed(long channels)
    {
        long quarter = channels / 4, rounded = Math.Max(8, (quarter + 4) / 8 * 8);
        return rounded * 10 < quarter * 9 ? rounded + 8 : rounded;
    }
}
