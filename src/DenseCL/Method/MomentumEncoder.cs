using DenseCL.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Method;

/// <summary>The key encoder's update: an exponential moving average of the query encoder's parameters (MoCo, equation 2).</summary>
internal static class MomentumEncoder
{
    /// <summary>θ_k ← m θ_k + (1 − m) θ_q. Parameters only: the batch-norm statistics of the key encoder are its own.</summary>
    /// <param name="key">θ_k</param>
    /// <param name="query">θ_q</param>
    /// <param name="momentum">m, the share of itself that the key encoder keeps: 0.999 moves slowly.</param>
    public static unsafe void Update(ParameterVector key, ParameterVector query, double momentum)
    {
        if (Kernels.TakeVector(key.Values))
        {
            VectorKernel.MoveTowards(Memory.Of<float>(key.Values), Memory.Of<float>(query.Values), key.Values.numel(), momentum);
            return;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        key.Values.MultiplyInPlace(momentum).AddInPlace(query.Values, 1 - momentum);
    }
}
