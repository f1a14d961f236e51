using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>The projection of a residual block's shortcut, torchvision's `downsample`: a 1×1 convolution and batch norm.</summary>
internal static class Shortcut
{
    /// <returns>Null where the identity fits.</returns>
    public static nn.Module<Tensor, Tensor>? Create(long inChannels, long outChannels, long stride) =>
        stride == 1 && inChannels == outChannels
            ? null
            : nn.Sequential(("0", new Convolution(inChannels, outChannels, 1, stride)), ("1", nn.BatchNorm2d(outChannels)));
}
