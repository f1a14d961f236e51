using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>1×1, 3×3, 1×1 convolutions and a shortcut (He et al., CVPR 2016, figure 5 right); the stride is on the 3×3, as in torchvision.</summary>
internal sealed class Bottleneck : nn.Module<Tensor, Tensor>
{
    /// <summary>Output channels for each channel of width.</summary>
    public const long Expansion = 4;

    private readonly Convolution conv1;
    private readonly BatchNorm2d bn1;
    private readonly Convolution conv2;
    private readonly BatchNorm2d bn2;
    private readonly Convolution conv3;
    private readonly BatchNorm2d bn3;
    private readonly nn.Module<Tensor, Tensor>? downsample;

    public Bottleneck(long inChannels, long width, long stride)
        : base(nameof(Bottleneck))
    {
        conv1 = new Convolution(inChannels, width, 1);
        bn1 = nn.BatchNorm2d(width);
        conv2 = new Convolution(width, width, 3, stride);
        bn2 = nn.BatchNorm2d(width);
        conv3 = new Convolution(width, width * Expansion, 1);
        bn3 = nn.BatchNorm2d(width * Expansion);
        downsample = Shortcut.Create(inChannels, width * Expansion, stride);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor shortcut = downsample?.forward(input) ?? input;
        Tensor x = bn1.forward(conv1.forward(input)).relu_();
        x = bn2.forward(conv2.forward(x)).relu_();
        x = bn3.forward(conv3.forward(x));
        return x.add_(shortcut).relu_().MoveToOuterDisposeScope();
    }
}
