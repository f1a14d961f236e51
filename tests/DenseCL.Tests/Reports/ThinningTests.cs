using CsCheck;
using DenseCL.Reports.Runs;

namespace DenseCL.Tests.Reports;

/// <summary>A thinned curve has what one would look for in the whole one.</summary>
public class ThinningTests
{
    [Fact]
    public void Ends_and_extremes_stay_and_the_number_is_kept() => Gen.Double[-10, 10].Array[1, 2000].Select(Gen.Int[4, 300]).Sample((values, most) =>
    {
        int[] kept = Thinning.Keep(values, most);
        Assert.True(kept.Length <= most);
        Assert.Equal(kept.Distinct().Order(), kept);
        Assert.Equal((0, values.Length - 1), (kept[0], kept[^1]));
        Assert.Equal(values.Min(), kept.Min(i => values[i]));
        Assert.Equal(values.Max(), kept.Max(i => values[i]));
    });

    [Fact]
    public void Each_part_has_its_lowest_and_highest_value()
    {
        double[] values = [.. Enumerable.Range(0, 1000).Select(i => i % 100 == 37 ? 5.0 + i : i % 100 == 73 ? -5.0 - i : 0)];
        int[] kept = Thinning.Keep(values, 22);         // ten parts of 100
        Assert.Equal([0, .. Enumerable.Range(0, 10).SelectMany(part => new[] { (100 * part) + 37, (100 * part) + 73 }), 999], kept);
    }

    [Fact]
    public void A_short_curve_is_kept_as_it_is() => Assert.Equal([0, 1, 2, 3, 4], Thinning.Keep([3, 1, 2, 5, 4], 5));
}
