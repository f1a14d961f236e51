using DenseCL.Compute.Tiles;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Compute;

/// <summary>Which layers this library's own kernels take, by device, precision and shape; what is left is libtorch's.</summary>
internal static class Kernels
{
    /// <summary>The sizes of a convolution, if <see cref="ConvolutionKernel"/> takes it; else null.</summary>
    /// <param name="x">(N, in, H, W)</param>
    /// <param name="weight">(out, in / groups, k, k)</param>
    /// <param name="stride">At least 1.</param>
    /// <param name="dilation">At least 1.</param>
    /// <param name="groups">The kernel sums over all inputs: it takes 1 only.</param>
    public static ConvolutionShape? Convolution(Tensor x, Parameter weight, long stride, long dilation, long groups)
    {
        bool positionsFit = x.shape[0] * x.shape[2] * x.shape[3] < int.MaxValue / 2;
        if (!InReach(x, weight) || groups != 1 || x.shape[1] != weight.shape[1] || !positionsFit)
        {
            return null;    // libtorch says what is wrong, if something is
        }

        ConvolutionShape shape = new((int)x.shape[0], (int)x.shape[2], (int)x.shape[3], (int)x.shape[1], (int)weight.shape[0], (int)weight.shape[2], (int)stride, (int)dilation);
        return ConvolutionKernel.IsSupported(shape, x.dtype == ScalarType.BFloat16) ? shape : null;
    }

    /// <summary>Whether <see cref="BatchNormKernel{T}"/> takes a map, T being the lanes of its type.</summary>
    /// <param name="x">(N, C, H, W)</param>
    /// <param name="weight">(C)</param>
    public static bool TakeBatchNorm(Tensor x, Parameter weight) => InReach(x, weight) && weight.shape[0] % ILanes.Count == 0;

    // Maps in the processor's memory, of one of the two types, and single-precision parameters.
    private static bool InReach(Tensor x, Parameter weight) =>
        x.device_type == DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && weight.dtype == ScalarType.Float32;
}
