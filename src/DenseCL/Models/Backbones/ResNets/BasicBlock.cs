using DenseCL.Compute;

namespace DenseCL.Models.Backbones.ResNets;

/// <summary>Two 3×3 convolutions and a shortcut (He et al., CVPR 2016, figure 5 left); the stride is on the first.</summary>
/// <remarks>The first convolution has the dilation from before the stride, the second the dilation from after it.</remarks>
internal sealed class BasicBlock : Block
{
    private readonly Convolution conv1;
    private readonly BatchNorm bn1;
    private readonly Convolution conv2;
    private readonly BatchNorm bn2;
    private readonly Shortcut? downsample;

    public BasicBlock(long inChannels, long width, long stride, Dilation dilation)
        : base(nameof(BasicBlock))
    {
        conv1 = new Convolution(inChannels, width, 3, stride, dilation.Before);
        bn1 = new BatchNorm(width);
        conv2 = new Convolution(width, width, 3, dilation: dilation.Behind);
        bn2 = new BatchNorm(width);
        downsample = Shortcut.Create(inChannels, width, stride);
        RegisterComponents();
    }

    public override Activation forward(Activation input, Tape? tape)
    {
        Activation shortcut = downsample?.forward(input, tape) ?? input;
        Activation x = bn1.forward(conv1.forward(input, tape), tape, relu: true);
        return bn2.forward(conv2.forward(x, tape), tape, relu: true, shortcut);
    }

    public override string Describe(NetworkGraph graph, string name, string input)
    {
        string x = graph.Add("Relu", $"{name}.relu1", [bn1.Describe(graph, $"{name}.bn1", conv1.Describe(graph, $"{name}.conv1", input))]);
        x = bn2.Describe(graph, $"{name}.bn2", conv2.Describe(graph, $"{name}.conv2", x));
        string shortcut = downsample?.Describe(graph, $"{name}.downsample", input) ?? input;
        return graph.Add("Relu", $"{name}.relu", [graph.Add("Add", $"{name}.add", [x, shortcut])]);
    }
}
