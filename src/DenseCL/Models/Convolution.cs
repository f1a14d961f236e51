using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>A 2-D convolution without bias, its weight (out, in, k, k) as in PyTorch. Padding keeps the size at stride 1.</summary>
/// <remarks>
/// A 1×1 convolution is computed as a matrix product over channels: it is faster, and oneDNN's own 1×1 kernels divide by zero on some
/// processors (libtorch 2.10, est_eff_1x1), which ends the process.
/// </remarks>
internal sealed class Convolution : nn.Module
{
    private readonly Parameter weight;
    private readonly long size;
    private readonly long stride;
    private readonly long dilation;

    public Convolution(long inChannels, long outChannels, long size, long stride = 1, long dilation = 1)
        : base(nameof(Convolution))
    {
        (this.size, this.stride, this.dilation) = (size, stride, dilation);
        weight = Owned.Parameter(outChannels, inChannels, size, size);
        RegisterComponents();
    }

    /// <summary>(N, in, H, W) → (N, out, ⌈H/stride⌉, ⌈W/stride⌉), in the type of the input.</summary>
    public Activation forward(Activation x, Tape? tape) => tape is null
        ? new Activation(Convolve(x.Value, weight.to_type(x.Value.dtype)))
        : tape.Apply([x], [weight], x.Value.dtype, (input, w) => Convolve(input[0], w[0]));

    private Tensor Convolve(Tensor input, Tensor w)
    {
        if (size > 1)
        {
            return nn.functional.conv2d(input, w, strides: [stride, stride], padding: [size / 2 * dilation, size / 2 * dilation], dilation: [dilation, dilation]);
        }

        Tensor x = stride == 1 ? input : input[TensorIndex.Ellipsis, TensorIndex.Slice(step: stride), TensorIndex.Slice(step: stride)];
        return Pointwise.Linear(x.permute(0, 2, 3, 1), w, bias: null).permute(0, 3, 1, 2);
    }
}
