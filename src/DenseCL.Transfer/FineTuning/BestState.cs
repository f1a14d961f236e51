using System.Globalization;

namespace DenseCL.Transfer.FineTuning;

/// <summary>The best measurement on the validation images so far.</summary>
/// <param name="Step">The step after which it was made; 0 if there is none.</param>
/// <param name="MeanIoU">mIoU, 0 … 1.</param>
/// <param name="Since">How many measurements were made after it.</param>
/// <param name="LastStep">The step after which the last measurement was made; 0 if there is none.</param>
public readonly record struct BestState(long Step, double MeanIoU, int Since, long LastStep)
{
    /// <summary>The state after another measurement; a later one must be better to become the best.</summary>
    internal BestState After(long step, double meanIoU) =>
        Step == 0 || meanIoU > MeanIoU ? new BestState(step, meanIoU, 0, step) : this with { Since = Since + 1, LastStep = step };

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    internal static BestState Parse(string text) => text.Split(' ') is [var step, var value, var since, var last]
        ? new BestState(
            long.Parse(step, NumberStyles.None, CultureInfo.InvariantCulture),
            double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture),
            int.Parse(since, NumberStyles.None, CultureInfo.InvariantCulture),
            long.Parse(last, NumberStyles.None, CultureInfo.InvariantCulture))
        : throw new FormatException($"'{text}' is not a measurement.");

    /// <summary>All numbers, to the last digit.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Step} {MeanIoU:R} {Since} {LastStep}");
}
