using System.Globalization;

namespace DenseCL.Transfer.Segmentation.Training;

/// <summary>A mean to which numbers are added one by one; it can be written down and read back without losing a bit.</summary>
internal struct RunningMean
{
    private double sum;
    private long count;

    /// <summary>The mean; not a number if there are no numbers.</summary>
    public readonly double Value => sum / count;

    /// <summary>Adds a number.</summary>
    public void Add(double value)
    {
        sum += value;
        count++;
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">The text is another one.</exception>
    public static RunningMean Parse(string text) => text.Split(' ') is [var sum, var count]
        ? new RunningMean
        {
            sum = double.Parse(sum, NumberStyles.Float, CultureInfo.InvariantCulture),
            count = long.Parse(count, NumberStyles.None, CultureInfo.InvariantCulture),
        }
        : throw new FormatException($"'{text}' is not a sum and a count.");

    /// <summary>Sum and count.</summary>
    public override readonly string ToString() => string.Create(CultureInfo.InvariantCulture, $"{sum:R} {count}");
}
