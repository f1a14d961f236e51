using MathNet.Numerics.Distributions;

namespace DenseCL.Transfer.Measures;

/// <summary>An estimate of the mean of a normal distribution from some of its values.</summary>
/// <param name="Count">Number of values n, at least 1.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="StandardDeviation">The sample standard deviation, with n − 1; null for one value.</param>
/// <param name="Low">Lower end of the 95 % confidence interval of the mean by Student's t with n − 1 degrees of freedom; null for one
/// value.</param>
/// <param name="High">Upper end.</param>
/// <param name="PValue">Of the two-sided t test that the mean is 0; null for one value, and if all are equal, because there is then no
/// spread.</param>
public sealed record Estimate(int Count, double Mean, double? StandardDeviation, double? Low, double? High, double? PValue)
{
    private const double Upper = 0.975;     // leaves 2.5 % at each end

    /// <summary>Estimates from values.</summary>
    /// <param name="values">At least one, all finite.</param>
    public static Estimate Of(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfZero(values.Count, nameof(values));
        int count = values.Count;
        double mean = values.Average();
        if (count == 1)
        {
            return new Estimate(1, mean, null, null, null, null);
        }

        double deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (count - 1));
        double error = deviation / Math.Sqrt(count);
        double reach = StudentT.InvCDF(0, 1, count - 1, Upper) * error;

        // If the values are equal, rounding may give a mean that differs from them.
        bool spread = values.Any(value => value != values[0]);
        double? p = spread ? 2 * StudentT.CDF(0, 1, count - 1, -Math.Abs(mean / error)) : null;
        return new Estimate(count, mean, deviation, mean - reach, mean + reach, p);
    }
}
