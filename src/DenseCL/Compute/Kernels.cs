using DenseCL.Compute.Tiles;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Compute;

/// <summary>Which layers this library's own kernels compute, by device, precision and shape; libtorch computes all others.</summary>
internal static class Kernels
{
    /// <summary>The sizes of a convolution if <see cref="ConvolutionKernel"/> can compute it; else null.</summary>
    /// <param name="x">(N, in, H, W)</param>
    /// <param name="weight">(out, in, k, k)</param>
    /// <param name="stride">At least 1.</param>
    /// <param name="dilation">At least 1.</param>
    public static ConvolutionShape? Convolution(Tensor x, Parameter weight, long stride, long dilation)
    {
        if (!InReach(x, weight) || x.shape[1] != weight.shape[1] || !PositionsFit(x))
        {
            return null;        // libtorch reports what is wrong, if anything is
        }

        ConvolutionShape shape = ShapeOf(x, weight, stride, dilation);
        return ConvolutionKernel.IsSupported(shape, x.dtype == ScalarType.BFloat16) ? shape : null;
    }

    /// <summary>The sizes of a depthwise convolution if <see cref="DepthwiseKernel"/> can compute it; else null.</summary>
    /// <param name="x">(N, C, H, W); bfloat16 must be widened first.</param>
    /// <param name="weight">(C, 1, k, k)</param>
    /// <param name="stride">At least 1.</param>
    /// <param name="dilation">At least 1.</param>
    public static ConvolutionShape? Depthwise(Tensor x, Parameter weight, long stride, long dilation) =>
        InReach(x, weight) && x.shape[1] == weight.shape[0] && PositionsFit(x) ? ShapeOf(x, weight, stride, dilation) : null;

    /// <summary>
    /// The type in which libtorch should compute a depthwise convolution. On the processor libtorch passes single precision and bfloat16 to
    /// oneDNN, whose gradients of the input are wrong for some shapes (libtorch 2.10); it computes double precision itself.
    /// </summary>
    public static ScalarType TypeForDepthwise(Tensor x) => x.device_type == DeviceType.CPU ? ScalarType.Float64 : x.dtype;

    /// <summary>Whether <see cref="BatchNormKernel{T}"/> can compute a map; T is the lanes of its type.</summary>
    /// <param name="x">(N, C, H, W)</param>
    /// <param name="weight">(C)</param>
    public static bool TakeBatchNorm(Tensor x, Parameter weight) => InReach(x, weight) && weight.shape[0] % ILanes.Count == 0;

    /// <summary>Whether <see cref="VectorKernel"/> can update the numbers of a <see cref="ParameterVector"/>.</summary>
    /// <param name="values">(P)</param>
    public static bool TakeVector(Tensor values) => values.device_type == DeviceType.CPU && values.dtype == ScalarType.Float32;

    private static bool PositionsFit(Tensor x) => x.shape[0] * x.shape[2] * x.shape[3] < int.MaxValue / 2;

    private static ConvolutionShape ShapeOf(Tensor x, Parameter weight, long stride, long dilation) =>
        new(
            (int)x.shape[0],
            (int)x.shape[2],
            (int)x.shape[3],
            (int)x.shape[1],
            (int)weight.shape[0],
            (int)weight.shape[2],
            (int)stride,
            (int)dilation);

    // Maps in the processor's memory, of one of the two types, and single-precision parameters.
    private static bool InReach(Tensor x, Parameter weight) =>
        x.device_type == DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && weight.dtype == ScalarType.Float32;
}
