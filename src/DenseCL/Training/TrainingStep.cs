using System.Globalization;
using DenseCL.Method;
using DenseCL.Recipes;

namespace DenseCL.Training;

/// <summary>One step of training after another: the method's losses and gradients, then the query encoder's update by SGD.</summary>
public sealed class TrainingStep : IDisposable
{
    /// <summary>Trains a method. The caller keeps the method and disposes it.</summary>
    /// <param name="method">Its query encoder is updated, and must have no other optimiser.</param>
    /// <param name="optim">SGD's momentum and weight decay.</param>
    public TrainingStep(DenseContrast method, OptimOptions optim)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(optim);
        Method = method;
        Optimiser = new Sgd(method.Parameters, optim.Momentum, optim.WeightDecay);
    }

    /// <summary>What is trained.</summary>
    public DenseContrast Method { get; }

    internal Sgd Optimiser { get; }

    /// <summary>Performs a step.</summary>
    /// <param name="views">N images.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="measureHealth">Whether to compute the health indicators too.</param>
    /// <exception cref="TrainingException">The loss is not finite; weights, statistics and queues are as before the step.</exception>
    public StepReport Run(Views views, long step, double learningRate, bool measureHealth = false)
    {
        StepReport report = Method.Forward(views, step, measureHealth: measureHealth);
        if (!double.IsFinite(report.Loss))
        {
            throw new TrainingException(
                string.Create(CultureInfo.InvariantCulture, $"The loss is no longer a finite number at step {step + 1}: {report.Loss}."));
        }

        Optimiser.Step(learningRate);
        return report;
    }

    /// <inheritdoc/>
    public void Dispose() => Optimiser.Dispose();
}
