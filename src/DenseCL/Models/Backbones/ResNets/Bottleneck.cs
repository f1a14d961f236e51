using DenseCL.Compute;

namespace DenseCL.Models.Backbones.ResNets;

/// <summary>
/// 1×1, 3×3, 1×1 convolutions and a shortcut (He et al., CVPR 2016, figure 5 right); the stride is on the 3×3, as in torchvision.
/// </summary>
internal sealed class Bottleneck : Block
{
    /// <summary>Output channels for each channel of width.</summary>
    public const long Expansion = 4;

    private readonly Convolution conv1;
    private readonly BatchNorm bn1;
    private readonly Convolution conv2;
    private readonly BatchNorm bn2;
    private readonly Convolution conv3;
    private readonly BatchNorm bn3;
    private readonly Shortcut? downsample;

    public Bottleneck(long inChannels, long width, long stride, Dilation dilation)
        : base(nameof(Bottleneck))
    {
        conv1 = new Convolution(inChannels, width, 1);
        bn1 = new BatchNorm(width);
        conv2 = new Convolution(width, width, 3, stride, dilation.Before);
        bn2 = new BatchNorm(width);
        conv3 = new Convolution(width, width * Expansion, 1);
        bn3 = new BatchNorm(width * Expansion);
        downsample = Shortcut.Create(inChannels, width * Expansion, stride);
        RegisterComponents();
    }

    public override Activation forward(Activation input, Tape? tape)
    {
        Activation shortcut = downsample?.forward(input, tape) ?? input;
        Activation x = bn1.forward(conv1.forward(input, tape), tape, relu: true);
        x = bn2.forward(conv2.forward(x, tape), tape, relu: true);
        return bn3.forward(conv3.forward(x, tape), tape, relu: true, shortcut);
    }

    public override string Describe(NetworkGraph graph, string name, string input)
    {
        string x = graph.Add("Relu", $"{name}.relu1", [bn1.Describe(graph, $"{name}.bn1", conv1.Describe(graph, $"{name}.conv1", input))]);
        x = graph.Add("Relu", $"{name}.relu2", [bn2.Describe(graph, $"{name}.bn2", conv2.Describe(graph, $"{name}.conv2", x))]);
        x = bn3.Describe(graph, $"{name}.bn3", conv3.Describe(graph, $"{name}.conv3", x));
        string shortcut = downsample?.Describe(graph, $"{name}.downsample", input) ?? input;
        return graph.Add("Relu", $"{name}.relu", [graph.Add("Add", $"{name}.add", [x, shortcut])]);
    }
}
