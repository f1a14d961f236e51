using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>Two 3×3 convolutions and a shortcut (He et al., CVPR 2016, figure 5 left); the stride is on the first.</summary>
internal sealed class BasicBlock : nn.Module<Tensor, Tensor>
{
    private readonly Convolution conv1;
    private readonly BatchNorm2d bn1;
    private readonly Convolution conv2;
    private readonly BatchNorm2d bn2;
    private readonly nn.Module<Tensor, Tensor>? downsample;

    public BasicBlock(long inChannels, long width, long stride)
        : base(nameof(BasicBlock))
    {
        conv1 = new Convolution(inChannels, width, 3, stride);
        bn1 = nn.BatchNorm2d(width);
        conv2 = new Convolution(width, width, 3);
        bn2 = nn.BatchNorm2d(width);
        downsample = Shortcut.Create(inChannels, width, stride);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor shortcut = downsample?.forward(input) ?? input;
        Tensor x = bn1.forward(conv1.forward(input)).relu_();
        x = bn2.forward(conv2.forward(x));
        return x.add_(shortcut).relu_().MoveToOuterDisposeScope();
    }
}
