namespace DenseCL.Transfer.Segmentation.Training;

/// <summary>The learning rate of a step of fine-tuning.</summary>
internal static class PolyLearningRate
{
    /// <summary>(rate − least) (1 − step / steps)ᵖ + least, times (step + 1) / warm-up during the warm-up.</summary>
    /// <param name="options">Rate, least rate, power, steps and warm-up.</param>
    /// <param name="step">The step, from 0.</param>
    public static double At(SegmentationOptions options, long step)
    {
        ArgumentNullException.ThrowIfNull(options);
        double left = Math.Max(0, 1 - (step / (double)options.Steps));
        double warmUp = step < options.WarmupSteps ? (step + 1.0) / options.WarmupSteps : 1;
        return warmUp * (((options.LearningRate - options.MinLearningRate) * Math.Pow(left, options.Power)) + options.MinLearningRate);
    }
}
