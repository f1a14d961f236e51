using System.Globalization;

namespace DenseCL.Pretraining;

/// <summary>What a user wonders about, explained once, at the step where it shows.</summary>
internal sealed class Notices
{
    // Vectors spread evenly on the sphere have 1; a tenth of it means that all queries look alike.
    private const double CollapsedDeviation = 0.1;

    private double? firstLoss;
    private bool explainedRise;
    private bool warnedOfCollapse;

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
                $"The loss rises while the queue fills with real keys ({queueFilled:P0} so far): they are harder negatives than the random vectors it starts with. This is expected, and no measure of progress.");
        }

        if (!warnedOfCollapse && Math.Min(report.Health?.Deviation ?? 1, report.Health?.DenseDeviation ?? 1) < CollapsedDeviation)
        {
            warnedOfCollapse = true;
            return "The vectors of different images have become nearly the same (deviation below 0.1 in metrics.jsonl): a collapse, if it stays. Lower optim.learningRate, raise method.keyMomentum, or use a smaller optim.batchNormGroup.";
        }

        return null;
    }
}
