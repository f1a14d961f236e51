using DenseCL.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Training;

/// <summary>Stochastic gradient descent with momentum and weight decay, as PyTorch defines it, on a whole network at once.</summary>
internal sealed class Sgd : IDisposable
{
    private readonly ParameterVector parameters;
    private readonly double momentum;
    private readonly double weightDecay;

    public Sgd(ParameterVector parameters, double momentum, double weightDecay)
    {
        (this.parameters, this.momentum, this.weightDecay) = (parameters, momentum, weightDecay);
        Velocity = zeros_like(parameters.Values).DetachFromDisposeScope();
    }

    /// <summary>(P): v, which is part of a checkpoint.</summary>
    public Tensor Velocity { get; }

    /// <summary>
    /// v ← μ v + g + w θ;  θ ← θ − lr v. Biases and batch norm decay too, as in the reference. The gradients must not be used afterwards.
    /// </summary>
    public unsafe void Step(double learningRate)
    {
        Tensor values = parameters.Values, gradients = parameters.Gradients!;
        if (Kernels.TakeVector(values))
        {
            VectorKernel.Sgd(
                Memory.Of<float>(values),
                Memory.Of<float>(gradients),
                Memory.Of<float>(Velocity),
                values.numel(),
                (float)momentum,
                (float)weightDecay,
                (float)learningRate);
            return;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        gradients.AddInPlace(values, weightDecay);
        Velocity.MultiplyInPlace(momentum).AddInPlace(gradients);
        values.AddInPlace(Velocity, -learningRate);
    }

    public void Dispose() => Velocity.Dispose();
}
