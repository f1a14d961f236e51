using DenseCL.Data.Loading;
using DenseCL.Method.Matching;
using DenseCL.Platform;
using DenseCL.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Method;

public class DenseMatchingTests
{
    [Fact]
    public void Every_query_position_gets_the_key_position_of_largest_cosine()
    {
        using DisposeScope scope = NewDisposeScope();
        const int images = 3, positions = 9, channels = 6;
        using Generator generator = new(3);
        Tensor query = randn(images, positions, channels, generator: generator) * 5,
            key = randn(images, positions, channels, generator: generator);
        float[] q = query.data<float>().ToArray(),
            k = key.data<float>().ToArray();
        List<long> expected = [];
        for (int n = 0; n < images; n++)
        {
            for (int s = 0; s < positions; s++)
            {
                expected.Add(
                    Enumerable
                        .Range(0, positions)
                        .MaxBy(j =>
                            Cosine(
                                q.AsSpan(((n * positions) + s) * channels, channels),
                                k.AsSpan(((n * positions) + j) * channels, channels))));
            }
        }

        Assert.Equal(expected, DenseMatching.ByFeatures(query, key).data<long>().ToArray());
    }

    [Fact]
    public void Known_places_are_those_measured_in_the_image()
    {
        using DisposeScope scope = NewDisposeScope();
        CounterRandom random = new(5);
        for (int trial = 0; trial < 200; trial++)
        {
            int size = 1 + random.NextInt(7);
            CropGeometry query = Crop(ref random), key = Crop(ref random);
            KnownPlaces places = KnownPlaces.Of([query], [key], size);
            long[] match = places.Nearest().data<long>().ToArray();
            bool[] inside = places.Inside().data<bool>().ToArray(), near = places.Within(1).data<bool>().ToArray();
            for (int s = 0; s < size * size; s++)
            {
                (double x, double y) = Centre(query, s, size);
                Assert.Equal(x >= key.Left && x < key.Left + key.Width && y >= key.Top && y < key.Top + key.Height, inside[s]);
                for (int j = 0; j < size * size; j++)
                {
                    (double keyX, double keyY) = Centre(key, j, size);
                    double cells = Math.Max(Math.Abs(x - keyX) * size / key.Width, Math.Abs(y - keyY) * size / key.Height);
                    Assert.True(Math.Abs(cells - 1) < 1e-9 || near[(s * size * size) + j] == (cells < 1));
                }

                double best = Enumerable.Range(0, size * size).Min(j => Distance(Centre(query, s, size), Centre(key, j, size)));
                Assert.Equal(best, Distance(Centre(query, s, size), Centre(key, (int)match[s], size)), 9);
            }
        }

        static CropGeometry Crop(ref CounterRandom random) =>
            new(random.NextInt(100), random.NextInt(100), 20 + random.NextInt(200), 20 + random.NextInt(200), random.NextInt(2) == 1);
    }

    /// <summary>The crops are a half cell apart, so centres lie on the borders: the first border belongs to the view, the last one does not.</summary>
    [Theory]
    [InlineData(2, 0, new[] { true, true, true, true })]        // columns at 0 and 4 of 0 … 8
    [InlineData(-2, 0, new[] { true, false, true, false })]     // at 4 and 8
    [InlineData(0, 2, new[] { true, true, true, true })]
    [InlineData(0, -2, new[] { true, true, false, false })]
    public void A_view_begins_with_its_first_border_and_ends_before_its_last(int left, int top, bool[] inside)
    {
        using DisposeScope scope = NewDisposeScope();
        KnownPlaces places = KnownPlaces.Of([new(10, 10, 8, 8, false)], [new(10 + left, 10 + top, 8, 8, false)], 2);
        Assert.Equal(inside, places.Inside().data<bool>().ToArray());
    }

    [Fact]
    public void A_distance_of_exactly_the_maximum_is_near()
    {
        using DisposeScope scope = NewDisposeScope();
        CropGeometry[] crop = [new(0, 0, 9, 9, false)];
        bool[] near = KnownPlaces.Of(crop, crop, 3).Within(1).data<bool>().ToArray();
        Assert.Equal([true, true, false, true, true, false, false, false, false], near[..9]);
    }

    [Fact]
    public void Nearby_is_within_one_cell()
    {
        // The most similar position is two cells away, in the same row; of the others all are alike, so the first that is near is taken.
        using DisposeScope scope = NewDisposeScope();
        Tensor features = zeros(1, 9, 2);
        features[0, 0, 0] = 1;
        Tensor key = zeros(1, 9, 2);
        key[0, .., 1] = 1;
        key[0, 2, 0] = 1;
        key[0, 2, 1] = 0;
        CropGeometry[] crop = [new(0, 0, 9, 9, false)];
        Assert.Equal(0, DenseMatching.Match(MatchingKind.Nearby, new(features, features, crop), new(key, key, crop)).KeyPosition[0, 0].item<long>());
    }

    [Fact]
    public void Similarity_is_the_cosine()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor query = tensor(new float[] { 3, 4, 1, 0 }).view(1, 2, 2), key = tensor(new float[] { 5, 12, 0, 2 }).view(1, 2, 2);
        float[] cosines = DenseMatching.Similarity(query, key).data<float>().ToArray();
        float[] expected = [63f / 65, 0.8f, 5f / 13, 0];
        Assert.Equal(expected.Length, cosines.Length);
        Assert.All(expected.Zip(cosines), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void The_same_crop_mirrored_is_matched_mirrored()
    {
        using DisposeScope scope = NewDisposeScope();
        CropGeometry crop = new(3, 5, 90, 60, Flipped: false);
        Assert.Equal(
            [2, 1, 0, 5, 4, 3, 8, 7, 6],
            KnownPlaces.Of([crop], [crop with { Flipped = true }], 3).Nearest().data<long>().ToArray());
    }

    [Fact]
    public void The_same_crop_turned_is_matched_turned()
    {
        // Clockwise, the first row becomes the last column: cell 0 of the upright view lies where 2 was.
        using DisposeScope scope = NewDisposeScope();
        CropGeometry crop = new(3, 5, 90, 60, Flipped: false);
        Assert.Equal([2, 5, 8, 1, 4, 7, 0, 3, 6], KnownPlaces.Of([crop], [crop.Turned(1)], 3).Nearest().data<long>().ToArray());
        Assert.Equal([8, 7, 6, 5, 4, 3, 2, 1, 0], KnownPlaces.Of([crop], [crop.Turned(2)], 3).Nearest().data<long>().ToArray());
        Assert.Equal([6, 3, 0, 7, 4, 1, 8, 5, 2], KnownPlaces.Of([crop], [crop.Turned(3)], 3).Nearest().data<long>().ToArray());
        Assert.Equal([6, 7, 8, 3, 4, 5, 0, 1, 2], KnownPlaces.Of([crop], [crop with { FlippedVertically = true }], 3).Nearest().data<long>().ToArray());
    }

    [Fact]
    public void Crops_that_are_not_known_are_refused() =>
        Assert.Throws<ArgumentException>(() => KnownPlaces.Of([], [], 3));

    [Fact]
    public void Only_positions_inside_the_other_view_count_in_an_overlap()
    {
        // The key view is the right half of the query view: its left column of 2 × 2 cells lies outside.
        using DisposeScope scope = NewDisposeScope();
        MatchSide query = Side(new(0, 0, 100, 100, false)), key = Side(new(50, 0, 50, 100, false));
        Matches matches = DenseMatching.Match(MatchingKind.Overlap, query, key);
        Assert.Equal([false, true, false, true], matches.Counts!.data<bool>().ToArray());
        Assert.Equal([1, 3], new[] { 1, 3 }.Select(s => matches.KeyPosition[0, s].item<long>())); // x = 75 of 50 … 100 is the middle, the start of the second cell
        Assert.Null(DenseMatching.Match(MatchingKind.Geometric, query, key).Counts);

        static MatchSide Side(CropGeometry crop) => new(zeros(1, 4, 8), zeros(1, 4, 8), new[] { crop });
    }

    [Fact]
    public void Nearby_takes_the_most_similar_of_the_positions_that_geometry_allows()
    {
        // The same crop twice, 4 × 4 cells: for the corner, cells 0, 1, 4 and 5 are near. The most similar of all is far away, of these it
        // is 4.
        using DisposeScope scope = NewDisposeScope();
        Tensor query = zeros(1, 16, 2), key = zeros(1, 16, 2);
        query[0, 0, 0] = 1;
        (int Cell, float Along)[] similar = [(15, 1f), (4, 0.8f), (1, 0.5f)];
        foreach ((int cell, float along) in similar)
        {
            key[0, cell, 0] = along;
            key[0, cell, 1] = MathF.Sqrt(1 - (along * along));
        }

        CropGeometry[] crop = [new(0, 0, 64, 64, false)];
        Matches matches = DenseMatching.Match(MatchingKind.Nearby, new(query, query, crop), new(key, key, crop));
        Assert.Equal(4, matches.KeyPosition[0, 0].item<long>());
        Assert.True(matches.Counts!.all().item<bool>());
        Assert.Equal(15, DenseMatching.Match(MatchingKind.Backbone, new(query, query, crop), new(key, key, crop)).KeyPosition[0, 0].item<long>());
    }

    [Fact]
    public void Centred_matching_does_not_see_what_all_images_have_at_a_position()
    {
        // Features are a large vector of the position plus a small one of the content; the key's content is the query's, moved by one
        // position.
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(4);
        Tensor place = randn(1, 9, 32, generator: generator) * 10, content = randn(40, 9, 32, generator: generator);
        MatchSide query = Of(place + content), key = Of(place + content.roll(1, 1));
        long[] positions = [.. Enumerable.Range(0, 40 * 9).Select(i => (long)(i % 9))];
        Assert.True(Share(MatchingKind.Backbone, 0) > 0.95);
        Assert.True(Share(MatchingKind.Centred, 1) > 0.95);

        double Share(MatchingKind rule, int moved) => DenseMatching.Match(rule, query, key).KeyPosition.flatten().data<long>().ToArray()
            .Zip(positions).Count(pair => pair.First == (pair.Second + moved) % 9) / 360.0;

        static MatchSide Of(Tensor features) => new(features, features, default);
    }

    [Fact]
    public void A_rule_without_a_name_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        MatchSide side = new(zeros(1, 4, 2), zeros(1, 4, 2), default);
        Assert.Throws<ArgumentOutOfRangeException>(() => DenseMatching.Match((MatchingKind)99, side, side));
    }

    [Fact]
    public void Random_matching_is_uniform_over_the_positions()
    {
        using DisposeScope scope = NewDisposeScope();
        long[] match = DenseMatching.AtRandom(2000, 4, new CounterRandom(1)).data<long>().ToArray();
        foreach (int count in Enumerable.Range(0, 4).Select(j => match.Count(m => m == j)))
        {
            Assert.InRange(count, 1800, 2200);      // 2000 ± 5 standard deviations of 39
        }
    }

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double dot = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
        {
            dot += a[i] * (double)b[i];
            aa += a[i] * (double)a[i];
            bb += b[i] * (double)b[i];
        }

        return dot / Math.Sqrt(aa * bb);
    }

    private static (double X, double Y) Centre(CropGeometry crop, int position, int size)
    {
        double x = ((position % size) + 0.5) / size, y = ((position / size) + 0.5) / size;
        (x, y) = crop.Transposed ? (y, x) : (x, y);
        return (crop.Left + (crop.Width * (crop.Flipped ? 1 - x : x)), crop.Top + (crop.Height * (crop.FlippedVertically ? 1 - y : y)));
    }

    private static double Distance((double X, double Y) a, (double X, double Y) b) =>
        Math.Sqrt(((a.X - b.X) * (a.X - b.X)) + ((a.Y - b.Y) * (a.Y - b.Y)));
}
