using DenseCL.Recipes;

namespace DenseCL.Training;

/// <summary>The learning rate of a step.</summary>
public static class LearningRate
{
    /// <summary>
    /// Half a cosine from the full rate to 0, constant within an epoch (as in the paper) or falling at each step; after an optional linear
    /// warm-up.
    /// </summary>
    /// <param name="optim">Schedule, learning rate, epochs (not <c>auto</c>) and warm-up.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="stepsPerEpoch">Steps of an epoch, at least 1.</param>
    public static double At(OptimOptions optim, long step, long stepsPerEpoch)
    {
        ArgumentNullException.ThrowIfNull(optim);
        double progress = optim.Schedule switch
        {
            Schedule.Cosine => step / stepsPerEpoch / (double)optim.Epochs!.Value,
            Schedule.CosineStep => step / (double)(stepsPerEpoch * optim.Epochs!.Value),
            _ => 0,
        };
        double warmUp = step < optim.WarmupSteps ? (step + 1.0) / optim.WarmupSteps : 1;
        return optim.LearningRate * warmUp * 0.5 * (1 + Math.Cos(Math.PI * progress));
    }
}
