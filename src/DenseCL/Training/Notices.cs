using System.Globalization;
using DenseCL.Method;

namespace DenseCL.Training;

/// <summary>Explains what may surprise a user, once, at the step where it happens.</summary>
internal sealed class Notices
{
    private double? firstLoss;
    private bool explainedRise;
    private bool warnedOfCollapse;
    private bool warnedOfDenseCollapse;
    private bool warnedOfMatching;

    /// <param name="step">Steps done.</param>
    /// <param name="report">What the last step computed.</param>
    /// <param name="queueFilled">The share of the queue that consists of real keys.</param>
    /// <returns>A sentence or two, or null.</returns>
    public string? For(long step, StepReport report, double queueFilled)
    {
        if (step == 1)
        {
            firstLoss = report.Loss;
        }

        if (!explainedRise && queueFilled < 1 && report.Loss > firstLoss * 1.02)
        {
            explainedRise = true;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"The loss rises while the queue fills with real keys ({queueFilled:P0} so far): they are harder negatives than "
                + $"the random vectors it starts with. This is expected, and no measure of progress."
            );
        }

        HealthIndicators? health = report.Health;
        if (!warnedOfCollapse && health?.Deviation < HealthLimits.CollapsedDeviation)
        {
            warnedOfCollapse = true;
            return "The vectors of different images have become nearly the same (deviation below 0.1 in metrics.jsonl): "
                + "a collapse, if it stays. "
                + "Lower optim.learningRate, raise method.keyMomentum, or use a smaller optim.batchNormGroup.";
        }

        if (!warnedOfDenseCollapse && health?.DenseDeviation < HealthLimits.CollapsedDeviation)
        {
            warnedOfDenseCollapse = true;
            return "The dense vectors have become nearly the same (denseDeviation below 0.1 in metrics.jsonl): "
                + "the dense loss teaches nothing, if it stays. "
                + "Lower optim.learningRate, or let the global loss begin alone with method.lambdaWarmupSteps.";
        }

        if (
            !warnedOfMatching
            && queueFilled == 1
            && health is not null
            && HealthLimits.FollowsPosition(health.SamePlaceMatches, health.MatchAgreement))
        {
            warnedOfMatching = true;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"The matching has collapsed: {health.SamePlaceMatches:P0} of the positions are matched to the same position "
                + $"of the other view, whatever the views show (samePlaceMatches in metrics.jsonl). "
                + $"The dense loss then teaches nothing about places. "
                + $"Use method.matching=overlap, a finer map (model.outputStride=16), or larger views (data.size)."
            );
        }

        return null;
    }
}
