using DenseCL.Data.Loading;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Matching;
using DenseCL.Transfer.Protocols.MatchScore;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Protocols.MatchScore;

/// <summary>Counts and nearest positions against what can be worked out otherwise.</summary>
public sealed class ViewMatchingTests
{
    private const int Width = 500, Height = 375;

    private static readonly DataOptions Look = new() { CropScale = new Interval(0.3, 1), VerticalFlipProbability = 0.5, QuarterTurnProbability = 0.75 };

    [Fact]
    public void Features_that_tell_the_place_in_the_image_find_every_place()
    {
        using DisposeScope scope = NewDisposeScope();
        int flips = 0;
        MatchCounts all = default;
        foreach ((CropGeometry first, CropGeometry second) in Pairs(40))
        {
            MatchCounts counts = ViewMatching.Count(Neighbours.Of(Places(first, 14), Places(second, 14)).Positions, first, second, 14);
            Assert.Equal(counts.Positions, counts.Right);
            all += counts;
            flips += first.Flipped != second.Flipped ? 1 : 0;
        }

        Assert.InRange(flips, 10, 30);
        Assert.InRange(all.Exact, all.Positions * 0.97, all.Positions);      // on the border of two cells, either may be nearest
    }

    [Fact]
    public void Whether_a_view_is_mirrored_matters()
    {
        using DisposeScope scope = NewDisposeScope();
        MatchCounts all = default;
        foreach ((CropGeometry first, CropGeometry second) in Pairs(40))
        {
            long[] nearest = Neighbours.Of(Places(first, 14), Places(second, 14)).Positions;
            all += ViewMatching.Count(nearest, first with { Flipped = !first.Flipped }, second, 14);
        }

        Assert.InRange(all.Right / (double)all.Positions, 0, 0.25);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(14)]
    public void Features_that_tell_the_place_in_the_view_alone_give_what_the_geometry_says(int side)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor place = eye(side * side);
        long[] nearest = Neighbours.Of(place, place).Positions;
        Assert.Equal(Enumerable.Range(0, side * side).Select(i => (long)i), nearest);
        MatchCounts all = default;
        foreach ((CropGeometry first, CropGeometry second) in Pairs(60))
        {
            MatchCounts counts = ViewMatching.Count(nearest, first, second, side);
            Assert.Equal(ByHand(nearest, first, second, side), counts);
            all += counts;
        }

        Assert.InRange(all.Right / (double)all.Positions, 0.02, 0.6);
    }

    [Fact]
    public void Counts_of_any_matches_are_those_of_all_cells_tried()
    {
        int outside = 0;
        foreach ((int number, (CropGeometry first, CropGeometry second)) in Pairs(60).Index())
        {
            CounterRandom random = new(5, (ulong)number);
            int side = 1 + random.NextInt(17);
            long[] nearest = [.. Enumerable.Range(0, side * side).Select(_ => (long)random.NextInt(side * side))];
            MatchCounts counts = ViewMatching.Count(nearest, first, second, side);
            Assert.Equal(ByHand(nearest, first, second, side), counts);
            outside += side * side > counts.Positions ? 1 : 0;
        }

        Assert.InRange(outside, 30, 60);
    }

    [Fact]
    public void Equal_views_with_distinct_features_match_everywhere_also_mirrored()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator chance = new(3);
        const int Side = 9;
        Tensor features = randn([Side * Side, 32], generator: chance);
        CropGeometry crop = new(17, 3, 211, 190, false), mirrored = crop with { Flipped = true };
        Tensor turned = features.view(Side, Side, 32).flip(1).view(Side * Side, 32);
        foreach ((Tensor other, CropGeometry view) in new[] { (features, crop), (turned, mirrored) })
        {
            MatchCounts counts = ViewMatching.Count(Neighbours.Of(features, other).Positions, crop, view, Side);
            Assert.Equal((Side * Side, Side * Side, Side * Side), (counts.Positions, counts.Right, counts.Exact));

            // The cell itself and those beside it, exactly one cell away: 3 along an axis, 2 at its ends.
            Assert.Equal(((3 * Side) - 2) * ((3 * Side) - 2), counts.Near);
        }
    }

    [Fact]
    public void Equal_features_everywhere_match_with_the_first_position()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor constant = zeros(49, 16);
        constant[TensorIndex.Colon, 3] = 2;
        foreach ((CropGeometry first, CropGeometry second) in Pairs(20))
        {
            long[] nearest = Neighbours.Of(constant, constant * 3).Positions;
            Assert.All(nearest, position => Assert.Equal(0, position));
            Assert.Equal(ByHand(new long[49], first, second, 7), ViewMatching.Count(nearest, first, second, 7));
        }

        // Nothing at all is like nothing: no cosine, but no accident either.
        Assert.All(Neighbours.Of(zeros(49, 16), constant).Positions, position => Assert.Equal(0, position));
    }

    [Fact]
    public void Chance_is_the_mean_of_random_matches()
    {
        const int Side = 10, Times = 4000;
        (CropGeometry first, CropGeometry second) = (new(10, 20, 300, 220, true), new(80, 0, 260, 340, false));
        CounterRandom random = new(11);
        (double sum, double squares, double chance) = (0, 0, 0);
        for (int time = 0; time < Times; time++)
        {
            long[] nearest = new long[Side * Side];
            for (int i = 0; i < nearest.Length; i++)
            {
                nearest[i] = random.NextInt(Side * Side);
            }

            MatchCounts counts = ViewMatching.Count(nearest, first, second, Side);
            double share = counts.Right / (double)counts.Positions;
            (sum, squares, chance) = (sum + share, squares + (share * share), counts.Near / (double)(counts.Positions * Side * Side));
        }

        double mean = sum / Times, error = Math.Sqrt(((squares / Times) - (mean * mean)) / (Times - 1));
        Assert.InRange(chance, mean - (4 * error), mean + (4 * error));
        Assert.InRange(error / mean, 0, 0.02);
        Assert.InRange(chance, 0.03, 0.05); // about 2 × 2 of 100 cells: fewer at the borders, 3 along an axis where the true place is a cell's centre
    }

    [Fact]
    public void Features_of_noise_match_at_random()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator chance = new(7);
        MatchCounts all = default;
        foreach ((CropGeometry first, CropGeometry second) in Pairs(150))
        {
            long[] nearest = Neighbours.Of(randn([196, 64], generator: chance), randn([196, 64], generator: chance)).Positions;
            all += ViewMatching.Count(nearest, first, second, 14);
        }

        // Positions of a pair share the second view's features: twice the error of independent ones is borne.
        double expected = all.Near / (all.Positions * 196.0), error = Math.Sqrt(expected * (1 - expected) / all.Positions);
        Assert.InRange(all.Right / (double)all.Positions, expected - (8 * error), expected + (8 * error));
    }

    [Fact]
    public void Large_maps_are_matched_in_parts()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator chance = new(2);
        Tensor rows = randn([4225, 8], generator: chance), columns = randn([4225, 8], generator: chance);
        Tensor cosine = nn.functional.normalize(rows, dim: 1).mm(nn.functional.normalize(columns, dim: 1).t());
        Assert.Equal(cosine.argmax(1).data<long>().ToArray(), Neighbours.Of(rows, columns).Positions);
    }

    [Fact]
    public void Views_without_a_common_place_count_nothing_and_wrong_numbers_of_matches_are_refused()
    {
        CropGeometry left = new(0, 0, 100, 100, false), right = new(100, 0, 100, 100, true);
        Assert.Equal(default, ViewMatching.Count(new long[16], left, right, 4));
        Assert.Throws<ArgumentException>(() => ViewMatching.Count(new long[15], left, right, 4));
        Assert.ThrowsAny<ArgumentException>(() => ViewMatching.Count([0, 1, 2, 4], left, right, 2));
        Assert.ThrowsAny<ArgumentException>(() => ViewMatching.Count([0, 1, 2, -1], left, right, 2));
    }

    private static IEnumerable<(CropGeometry First, CropGeometry Second)> Pairs(int count)
    {
        for (int pair = 0; pair < count; pair++)
        {
            CounterRandom one = new(1, (ulong)pair, 0), other = new(1, (ulong)pair, 1);
            yield return (ViewParameters.Draw(Look, ref one, Width, Height).Crop, ViewParameters.Draw(Look, ref other, Width, Height).Crop);
        }
    }

    /// <summary>(P · P, 4): a code of the place in the image whose cosine falls with the distance along either axis.</summary>
    private static Tensor Places(CropGeometry crop, int side)
    {
        float[] codes = new float[side * side * 4];
        for (int i = 0; i < side * side; i++)
        {
            double u = ((i % side) + 0.5) / side,
                v = ((i / side) + 0.5) / side;
            (u, v) = Upright(crop, u, v);
            double x = Math.PI * (crop.Left + (u * crop.Width)) / Width, y = Math.PI * (crop.Top + (v * crop.Height)) / Height;
            (codes[4 * i], codes[(4 * i) + 1], codes[(4 * i) + 2], codes[(4 * i) + 3]) = (
                (float)Math.Cos(x),
                (float)Math.Sin(x),
                (float)Math.Cos(y),
                (float)Math.Sin(y));
        }

        return tensor(codes).view(side * side, 4);
    }

    /// <summary>A place in a view, 0 … 1 from its left and upper edge, before the view was mirrored and turned.</summary>
    private static (double U, double V) Upright(CropGeometry crop, double u, double v)
    {
        (u, v) = crop.Transposed ? (v, u) : (u, v);
        return (crop.Flipped ? 1 - u : u, crop.FlippedVertically ? 1 - v : v);
    }

    /// <summary>Every cell tried for every position, in floating point.</summary>
    private static MatchCounts ByHand(long[] nearest, CropGeometry first, CropGeometry second, int side)
    {
        const double Slack = 1e-9;
        (long positions, long right, long exact, long near) = (0, 0, 0, 0);
        for (int i = 0; i < nearest.Length; i++)
        {
            double u = ((i % side) + 0.5) / side, v = ((i / side) + 0.5) / side;
            (u, v) = Upright(first, u, v);
            double x = first.Left + (first.Width * u), y = first.Top + (first.Height * v);
            (u, v) = ((x - second.Left) / second.Width, (y - second.Top) / second.Height);
            (u, v) = (second.Flipped ? 1 - u : u, second.FlippedVertically ? 1 - v : v);
            (u, v) = second.Transposed ? (side * v, side * u) : (side * u, side * v);
            if (u < -Slack || v < -Slack || u >= side - Slack || v >= side - Slack)
            {
                continue;
            }

            positions++;
            for (int cell = 0; cell < side * side; cell++)
            {
                bool isNear = Math.Max(Math.Abs(u - (cell % side) - 0.5), Math.Abs(v - (cell / side) - 0.5)) <= 1 + Slack;
                near += isNear ? 1 : 0;
                right += isNear && cell == nearest[i] ? 1 : 0;
            }

            exact += Math.Floor(u + Slack) + (side * Math.Floor(v + Slack)) == nearest[i] ? 1 : 0;
        }

        return new MatchCounts(positions, right, exact, near);
    }
}
