using System.Text.Json;
using CsCheck;
using DenseCL.Transfer.Measures;

namespace DenseCL.Tests.Transfer.Classification;

public sealed class AveragePrecisionTests
{
    [Fact]
    public void Both_areas_are_those_of_scikit_learn_and_of_the_definition_with_ties_and_without()
    {
        foreach (JsonElement one in Fixture.Of("precision").EnumerateArray())
        {
            double[] scores = one.GetProperty("scores").Doubles();
            bool[] truth = [.. one.GetProperty("truth").Integers().Select(t => t == 1)];
            Assert.Equal(one.GetProperty("stepwise").GetDouble(), AveragePrecision.Stepwise(scores, truth), 12);
            Assert.Equal(one.GetProperty("interpolated").GetDouble(), AveragePrecision.Interpolated(scores, truth), 12);
        }
    }

    [Fact]
    public void The_order_of_the_images_is_without_influence() =>
        Gen.Select(Gen.Int[0, 4].Array[1, 20], Gen.Bool.Array[20])
            .Sample(
                (levels, flags) =>
                {
                    double[] scores = [.. levels.Select(v => (double)v)];
                    bool[] truth = flags[..scores.Length];
                    double forward = AveragePrecision.Interpolated(scores, truth);
                    double backward = AveragePrecision.Interpolated([.. scores.Reverse()], [.. truth.Reverse()]);
                    return truth.Any(t => t) ? forward == backward && forward is > 0 and <= 1 : double.IsNaN(forward);
                });

    [Fact]
    public void Lengths_that_differ_are_refused() => Assert.Throws<ArgumentException>(() => AveragePrecision.Stepwise([1, 2], [true]));
}
