using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>A 2-D convolution without bias, its weight (out, in, k, k) as in PyTorch. Padding keeps the size at stride 1.</summary>
/// <remarks>
/// A 1×1 convolution is computed as a matrix product over channels: it is faster, and oneDNN's own 1×1 kernels divide by zero on some
/// processors (libtorch 2.10, est_eff_1x1), which ends the process. The output is laid out channels-first, because libtorch's batch norm
/// sums up its statistics in double precision there, and in single precision, one after another, on channels-last data.
/// </remarks>
internal sealed class Convolution : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly long size;
    private readonly long stride;

    public Convolution(long inChannels, long outChannels, long size, long stride = 1)
        : base(nameof(Convolution))
    {
        (this.size, this.stride) = (size, stride);
        weight = Owned.Parameter(outChannels, inChannels, size, size);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) // (N, in, H, W) → (N, out, ⌈H/stride⌉, ⌈W/stride⌉)
    {
        if (size > 1)
        {
            return nn.functional.conv2d(input, weight, strides: [stride, stride], padding: [size / 2, size / 2]);
        }

        Tensor x = stride == 1 ? input : input[TensorIndex.Ellipsis, TensorIndex.Slice(step: stride), TensorIndex.Slice(step: stride)];
        return Pointwise.Linear(x.permute(0, 2, 3, 1), weight, bias: null).permute(0, 3, 1, 2).contiguous();
    }
}
