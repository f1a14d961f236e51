using DenseCL.Transfer.Measures;

namespace DenseCL.Tests.Transfer.Measures;

public sealed class EstimateTests
{
    // Of scipy 1.10.1: mean(), std(ddof=1), mean -/+ stats.t.ppf(0.975, n - 1) * sd / sqrt(n), stats.ttest_1samp(values, 0).pvalue.
    public static TheoryData<double[], double[]> OfScipy =>
        new()
        {
            { [0.61, 0.58], [0.595, 0.021213203435596444, 0.4044069289535184, 0.7855930710464816, 0.01604583923262052] },
            { [0.55, 0.5, 0.6], [0.55, 0.05, 0.4257931144078123, 0.6742068855921876, 0.002743489394425923] },
            {
                [0.03, 0.05, 0.02],
                [0.03333333333333333, 0.015275252316519468, -0.004612497004061321, 0.07127916367072798, 0.06341418841830607]
            },
            { [0.125, 0.25, 0.5, 0.75], [0.40625, 0.27716947282604315, -0.034788482366413964, 0.847288482366414, 0.06093074307057996] },
            {
                [1.2, -0.4, 0.9, 2.1, 0.3, 1.7, -0.2, 0.8, 1.1, 0.5],
                [0.8, 0.784573486395988, 0.23874993827934354, 1.3612500617206567, 0.01041475947903019]
            },
        };

    [Theory]
    [MemberData(nameof(OfScipy))]
    public void It_is_what_scipy_says(double[] values, double[] expected)
    {
        Estimate estimate = Estimate.Of(values);
        Assert.Equal(values.Length, estimate.Count);
        double[] actual = [estimate.Mean, estimate.StandardDeviation!.Value, estimate.Low!.Value, estimate.High!.Value, estimate.PValue!.Value];
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }

    [Fact]
    public void One_value_has_no_spread() => Assert.Equal(new Estimate(1, 0.5, null, null, null, null), Estimate.Of([0.5]));

    [Fact]
    public void Equal_values_have_no_p_value()
    {
        Estimate estimate = Estimate.Of([0.1, 0.1, 0.1]);
        Assert.Equal(0.1, estimate.Low!.Value, 1e-12);
        Assert.Equal(0.1, estimate.High!.Value, 1e-12);
        Assert.Null(estimate.PValue);
    }

    [Fact]
    public void No_value_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Estimate.Of([]));
}
