using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>A 1×1 convolution on channels-last data is a linear map of the last dimension.</summary>
internal static class Pointwise
{
    /// <param name="input">(…, in)</param>
    /// <param name="weight">(out, in) or (out, in, 1, 1)</param>
    /// <param name="bias">(out), or null</param>
    /// <returns>(…, out)</returns>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor? bias) =>
        nn.functional.linear(input, weight.flatten(1), bias!);
}
