using DenseCL.Data.Loading;
using DenseCL.Method;
using DenseCL.Method.Matching;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Method;

/// <summary>The smallest cases of the health indicators, by hand.</summary>
public class HealthTests
{
    [Fact]
    public void A_single_vector_has_no_deviation()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor one = nn.functional.normalize(ones(1, 8), 2, 1), negatives = nn.functional.normalize(arange(16).view(2, 8).to_type(ScalarType.Float32), 2, 1);
        Assert.Equal(0, Health.Similarities(one, one, negatives).Deviation);
    }

    [Fact]
    public void The_deviation_is_the_mean_standard_deviation_of_a_number_times_the_root_of_the_dimension()
    {
        // Of 1, 1 and 0 the standard deviation is √⅓, and the square root of 2 dimensions is √2.
        using DisposeScope scope = NewDisposeScope();
        Tensor vectors = tensor(new float[] { 1, 0, 1, 0, 0, 1 }).view(3, 2);
        Assert.Equal(Math.Sqrt(2.0 / 3), Health.Similarities(vectors, vectors, vectors).Deviation, 1e-6);
    }

    [Fact]
    public void The_entropy_of_matches_is_the_mean_over_images()
    {
        // All positions of the first image have one match, those of the second different ones.
        using DisposeScope scope = NewDisposeScope();
        Matches matches = new(tensor(new long[] { 2, 2, 2, 2, 0, 1, 2, 3 }).view(2, 4));
        Assert.Equal(0.5, Health.MatchEntropy(matches)!.Value, 1e-6);
        Assert.Equal(0.5, Health.MatchEntropy(matches with { Counts = ones(2, 4, ScalarType.Bool) })!.Value, 1e-6);

        // A single match that counts is always in one place.
        Tensor first = tensor(new[] { true, false, false, false, false, false, false, false }).view(2, 4);
        Assert.Equal(0, Health.MatchEntropy(matches with { Counts = first })!.Value, 1e-6);
    }

    [Fact]
    public void A_single_position_has_full_entropy_and_no_place()
    {
        using DisposeScope scope = NewDisposeScope();
        Matches single = new(zeros(3, 1, ScalarType.Int64)), two = new(tensor(new long[] { 0, 1 }).view(1, 2));
        Assert.Equal(1, Health.MatchEntropy(single));
        Assert.Equal(1, Health.MatchEntropy(two)!.Value, 1e-6);
        Assert.Null(Health.SamePlaceMatches(single));
        Assert.Equal(1, Health.SamePlaceMatches(two));
    }

    [Fact]
    public void Position_explains_nothing_where_nothing_differs_or_there_is_nothing_to_compare()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Null(Health.PositionVariance(ones(1, 4, 8)));
        Assert.Null(Health.PositionVariance(ones(4, 1, 8)));
        Assert.Equal(0, Health.PositionVariance(ones(3, 4, 8)));

        // Two images and two positions of one number: 0 and 2 at the first position, 1 and 5 at the second. Within positions the squares are
        // 1 + 1 + 4 + 4, in all 4 + 0 + 1 + 9.
        Tensor dense = tensor(new double[] { 0, 1, 2, 5 }).view(2, 2, 1);
        Assert.Equal(1 - (10.0 / 2 / (14.0 / 3)), Health.PositionVariance(dense)!.Value, 1e-12);
    }

    [Fact]
    public void Matches_are_right_or_wrong_only_where_the_crops_of_both_views_are_known()
    {
        using DisposeScope scope = NewDisposeScope();
        CropGeometry[] crop = [new(0, 0, 64, 64, false)];
        Assert.Null(Health.MatchAgreement(zeros(1, 4, ScalarType.Int64), [], crop));
        Assert.Null(Health.MatchAgreement(zeros(1, 4, ScalarType.Int64), crop, []));
    }
}
