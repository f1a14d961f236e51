namespace DenseCL.Transfer.Measures;

/// <summary>How often each true class was predicted as each class, and the usual measures computed from it.</summary>
public sealed class ConfusionMatrix
{
    private readonly long[,] counts;

    /// <summary>An empty matrix.</summary>
    /// <param name="classes">Number of classes K, 1 … 65,536; labels are 0 … K − 1.</param>
    /// <param name="ignoreLabel">The true label of positions that do not count.</param>
    public ConfusionMatrix(int classes, long ignoreLabel = 255)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, 65_536);
        (Classes, IgnoreLabel) = (classes, ignoreLabel);
        counts = new long[classes, classes];
    }

    /// <summary>Number of classes K.</summary>
    public int Classes { get; }

    /// <summary>The true label of positions that do not count.</summary>
    public long IgnoreLabel { get; }

    /// <summary>How many positions of class <paramref name="truth"/> were predicted as <paramref name="prediction"/>.</summary>
    /// <param name="truth">0 … K − 1.</param>
    /// <param name="prediction">0 … K − 1.</param>
    public long this[int truth, int prediction] => counts[truth, prediction];

    /// <summary>Number of positions counted.</summary>
    public long Total { get; private set; }

    /// <summary>Share of the positions that were predicted correctly, 0 … 1; NaN if none was counted.</summary>
    public double PixelAccuracy => Enumerable.Range(0, Classes).Sum(c => counts[c, c]) / (double)Total;

    /// <summary>
    /// Intersection over union per class, (K), each 0 … 1; NaN for a class that occurs neither as truth nor as prediction.
    /// </summary>
    public IReadOnlyList<double> PerClassIoU => [.. Enumerable.Range(0, Classes).Select(IoU)];

    /// <summary>
    /// Mean of <see cref="PerClassIoU"/> over the classes that occur as truth or prediction, 0 … 1; NaN if nothing was counted.
    /// </summary>
    public double MeanIoU => Enumerable.Range(0, Classes).Select(IoU).Where(iou => !double.IsNaN(iou)).DefaultIfEmpty(double.NaN).Average();

    /// <summary>
    /// Share of each class's positions that were predicted as it, (K), each 0 … 1; NaN for a class that does not occur as truth.
    /// </summary>
    public IReadOnlyList<double> PerClassAccuracy => [.. Enumerable.Range(0, Classes).Select(Accuracy)];

    /// <summary>
    /// Mean of <see cref="PerClassAccuracy"/> over the classes that occur as truth, 0 … 1; NaN if nothing was counted.
    /// </summary>
    public double MeanAccuracy =>
        Enumerable.Range(0, Classes).Select(Accuracy).Where(share => !double.IsNaN(share)).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Counts positions.</summary>
    /// <param name="truth">(P): 0 … K − 1, or <see cref="IgnoreLabel"/>.</param>
    /// <param name="predictions">(P): 0 … K − 1.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a label is out of range.</exception>
    public void Add(ReadOnlySpan<long> truth, ReadOnlySpan<long> predictions)
    {
        if (truth.Length != predictions.Length)
        {
            throw new ArgumentException(
                $"{truth.Length} labels and {predictions.Length} predictions: give one of each per position.",
                nameof(predictions));
        }

        for (int p = 0; p < truth.Length; p++)
        {
            (long t, long q) = (truth[p], predictions[p]);
            if (t == IgnoreLabel)
            {
                continue;
            }

            if ((ulong)t >= (ulong)Classes || (ulong)q >= (ulong)Classes)
            {
                throw new ArgumentException(
                    $"Position {p} has label {t} and prediction {q}: "
                    + $"both must be 0 … {Classes - 1}, or the label {IgnoreLabel} to be ignored.",
                    nameof(truth));
            }

            counts[t, q]++;
            Total++;
        }
    }

    private double Accuracy(int @class)
    {
        long all = Enumerable.Range(0, Classes).Sum(predicted => counts[@class, predicted]);
        return all == 0 ? double.NaN : counts[@class, @class] / (double)all;
    }

    private double IoU(int @class)
    {
        long union = -counts[@class, @class];
        for (int other = 0; other < Classes; other++)
        {
            union += counts[@class, other] + counts[other, @class];
        }

        return union == 0 ? double.NaN : counts[@class, @class] / (double)union;
    }
}
