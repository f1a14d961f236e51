using static TorchSharp.torch;

namespace DenseCL.Compute;

/// <summary>A 1×1 convolution on channels-last data is a linear map of the last dimension.</summary>
internal static class Pointwise
{
    /// <param name="input">(…, in)</param>
    /// <param name="weight">(out, in) or (out, in, 1, 1)</param>
    /// <param name="bias">(out), or null</param>
    /// <returns>(…, out)</returns>
    /// <remarks>
    /// Computed as one product of two matrices: by default libtorch makes one for each image and row, which is several times slower.
    /// </remarks>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor? bias) =>
        nn.functional.linear(input.reshape(-1, input.shape[^1]), weight.flatten(1), bias!).view([.. input.shape[..^1], weight.shape[0]]);
}
