using DenseCL.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Method;

/// <summary>The key encoder's update: an exponential moving average of the query encoder's parameters (MoCo, equation 2).</summary>
internal static class MomentumEncoder
{
    /// <summary>θ_k ← m θ_k + (1 − m) θ_q, for parameters only: the key encoder has its own batch-norm statistics.</summary>
    /// <param name="keyParameters">θ_k</param>
    /// <param name="queryParameters">θ_q</param>
    /// <param name="momentum">m, the share of its own weights that the key encoder keeps: at 0.999 it moves slowly.</param>
    public static unsafe void Update(ParameterVector keyParameters, ParameterVector queryParameters, double momentum)
    {
        if (Kernels.TakeVector(keyParameters.Values))
        {
            VectorKernel.MoveTowards(
                Memory.Of<float>(keyParameters.Values), Memory.Of<float>(queryParameters.Values), keyParameters.Values.numel(), momentum);
            return;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        keyParameters.Values.MultiplyInPlace(momentum).AddInPlace(queryParameters.Values, 1 - momentum);
    }
}
