using System.Globalization;
using System.Text.Json;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Solvers;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Classification;

public sealed class WeightedKnnTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void As_many_are_right_as_by_numpy_with_every_number_of_neighbours()
    {
        using var scope = NewDisposeScope();
        JsonElement knn = Fixture.Of("knn");
        int[] neighbours = [.. knn.GetProperty("right").EnumerateObject().Select(p => int.Parse(p.Name, CultureInfo.InvariantCulture))];
        TopAccuracy[] accuracies = WeightedKnn.Classify(
            knn.GetProperty("x").Matrix(),
            knn.GetProperty("labels").Integers(),
            knn.GetProperty("queries").Matrix(),
            knn.GetProperty("truth").Integers(),
            7,
            neighbours,
            0.07,
            Token);
        Assert.Equal(
            knn.GetProperty("right").EnumerateObject().SelectMany(p => p.Value.Integers()),
            accuracies.SelectMany(a => new[] { (int)Math.Round(a.Top1 * a.Total), (int)Math.Round(a.Top5 * a.Total) }));
    }

    [Fact]
    public void Of_equally_near_neighbours_the_first_vote_and_of_equal_votes_the_lower_class_wins()
    {
        using var scope = NewDisposeScope();
        Tensor same = ones(6, 3), query = ones(2, 3);

        // k = 1: the first reference, of class 2. k = 4: two votes each for 2 and 1, so class 1. Class 0 comes too late for both.
        TopAccuracy[] accuracies = WeightedKnn.Classify(same, [2, 1, 1, 2, 0, 0], query, [2, 1], 3, [1, 4], 0.07, Token);
        Assert.Equal([0.5, 0.5], accuracies.Select(a => a.Top1));
        Assert.Equal([0.5, 1.0], accuracies.Select(a => a.Top5));
        Assert.Equal(0, WeightedKnn.Classify(same, [2, 1, 1, 2, 0, 0], query, [0, 0], 3, [4], 0.07, Token)[0].Top5);
    }

    [Fact]
    public void Queries_and_references_beyond_one_piece_are_all_looked_at()
    {
        // Reference i points at angle i / N: the nearest of a query is the one it was made of, wherever that lies.
        using var scope = NewDisposeScope();
        const int rows = 40_000,
            queries = 600;
        int[] labels = [.. Enumerable.Range(0, rows).Select(i => i / 4000)],
            chosen = [.. Enumerable.Range(0, queries).Select(i => ((i * 66) + 20) % rows)];
        Tensor angle = arange(rows, dtype: ScalarType.Float32) / rows * 3,
            x = stack([angle.cos(), angle.sin()], 1);
        Tensor q = x.index_select(0, tensor(chosen, dtype: ScalarType.Int64)) * 7;
        TopAccuracy accuracy = WeightedKnn.Classify(x, labels, q, [.. chosen.Select(i => labels[i])], 10, [5], 0.07, Token)[0];
        Assert.Equal(queries, accuracy.Total);
        Assert.Equal(1, accuracy.Top1, 2);
    }

    [Fact]
    public void A_small_temperature_leaves_the_nearest_their_votes()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1f, 0, 0, 1 }).reshape(2, 2), q = tensor(new[] { 0.1f, 1 }).reshape(1, 2);
        Assert.Equal(1, WeightedKnn.Classify(x, [0, 1], q, [1], 2, [2], 0.001, Token)[0].Top1);
    }
}
