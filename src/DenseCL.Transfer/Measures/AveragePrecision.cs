namespace DenseCL.Transfer.Measures;

/// <summary>The area under a precision-recall curve. Images with equal scores are added together, so their order does not matter.</summary>
internal static class AveragePrecision
{
    /// <summary>The sum of precision times the gain in recall, like scikit-learn's <c>average_precision_score</c>.</summary>
    /// <param name="scores">(N): a higher score means that the class is more likely to be present.</param>
    /// <param name="positive">(N): whether it is present.</param>
    /// <returns>0 … 1; NaN without a positive.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Stepwise(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive) => Area(Curve(scores, positive));

    /// <summary>
    /// The same under the curve made monotonic: at each recall the best precision at that recall or a higher one. PASCAL VOC uses it since
    /// 2010, and so does the benchmark of Goyal et al. on VOC2007. It is not the 11-point average of the VOC2007 challenge.
    /// </summary>
    /// <inheritdoc cref="Stepwise"/>
    public static double Interpolated(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        List<(double Recall, double Precision)> curve = Curve(scores, positive);
        for (int i = curve.Count - 2; i >= 0; i--)
        {
            curve[i] = curve[i] with { Precision = Math.Max(curve[i].Precision, curve[i + 1].Precision) };
        }

        return Area(curve);
    }

    private static double Area(List<(double Recall, double Precision)> curve)
    {
        double area = curve.Count == 0 ? double.NaN : 0, before = 0;
        foreach ((double recall, double precision) in curve)
        {
            area += (recall - before) * precision;
            before = recall;
        }

        return area;
    }

    private static List<(double Recall, double Precision)> Curve(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        if (scores.Length != positive.Length)
        {
            throw new ArgumentException(
                $"{scores.Length} scores and {positive.Length} labels: give one of each per image.",
                nameof(positive));
        }

        double[] keys = new double[scores.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = -scores[i];
        }

        bool[] found = positive.ToArray();
        Array.Sort(keys, found);
        int all = found.Count(there => there), right = 0;
        List<(double, double)> curve = [];
        for (int i = 0; all > 0 && i < found.Length; i++)
        {
            right += found[i] ? 1 : 0;
            if (i == found.Length - 1 || keys[i + 1] != keys[i])
            {
                curve.Add((right / (double)all, right / (double)(i + 1)));
            }
        }

        return curve;
    }
}
