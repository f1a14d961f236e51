using DenseCL.Method;
using static TorchSharp.torch;

namespace DenseCL.Tests.Method;

/// <summary>Steps with the update of the weights: the one place of the tests that knows who makes it.</summary>
internal static class Learning
{
    /// <summary>A step with the order of keys that it is given, or with the one that it draws.</summary>
    public static StepReport Learn(this DenseContrast method, Views views, long step, double learningRate, int[]? keyOrder = null)
    {
        StepReport report = method.Forward(views, step, keyOrder);
        method.Optimiser.Step(learningRate);
        return report;
    }

    /// <summary>(P): the velocity of all parameters.</summary>
    public static Tensor Velocity(this DenseContrast method) => method.Optimiser.Velocity;
}
