using System.Text.Json;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Protocols.Linear;
using DenseCL.Transfer.Solvers;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Classification;

public sealed class LinearTests
{
    [Fact]
    public void The_optimum_is_scikit_learns()
    {
        using var scope = NewDisposeScope();
        JsonElement logistic = Fixture.Of("logistic");
        Tensor x = logistic.GetProperty("x").Matrix(),
            labels = tensor(logistic.GetProperty("labels").Integers(), dtype: ScalarType.Int64),
            test = logistic.GetProperty("test").Matrix();
        foreach (JsonElement one in logistic.GetProperty("cases").EnumerateArray())
        {
            LogisticRegression probe = LogisticRegression.Fit(
                x, labels, 3, new() { L2 = one.GetProperty("penalty").GetDouble(), Tolerance = 1e-10, MaxIterations = 5000 }, TestContext.Current.CancellationToken);
            double[] probabilities = nn.functional.softmax(probe.Scores(test), 1).data<double>().ToArray();
            Assert.All(
                one.GetProperty("probabilities").EnumerateArray().SelectMany(row => row.Doubles()).Zip(probabilities),
                p => Assert.Equal(p.First, p.Second, 7));
        }
    }

    [Fact]
    public void Descent_goes_to_the_same_classifier_where_a_penalty_hardly_matters()
    {
        using var scope = NewDisposeScope();
        JsonElement logistic = Fixture.Of("logistic");
        Tensor x = logistic.GetProperty("x").Matrix(),
            labels = tensor(logistic.GetProperty("labels").Integers(), dtype: ScalarType.Int64),
            test = logistic.GetProperty("test").Matrix();
        using LinearSgd descent = LinearSgd.Fit(
            x,
            labels,
            3,
            0.3,
            300,
            20,
            1,
            TestContext.Current.CancellationToken);
        double[] probabilities = nn.functional.softmax(descent.Scores(test), 1).to(ScalarType.Float64).data<double>().ToArray();
        JsonElement exact = logistic.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("penalty").GetDouble() == 1e-4);
        Assert.All(
            exact.GetProperty("probabilities").EnumerateArray().SelectMany(row => row.Doubles()).Zip(probabilities),
            p => Assert.InRange(p.Second - p.First, -0.05, 0.05));
    }

    [Fact]
    public void Descent_depends_on_the_seed_and_on_nothing_else()
    {
        using var scope = NewDisposeScope();
        JsonElement logistic = Fixture.Of("logistic");
        Tensor x = logistic.GetProperty("x").Matrix(), labels = tensor(logistic.GetProperty("labels").Integers(), dtype: ScalarType.Int64);
        float[] Scores(ulong seed)
        {
            using LinearSgd descent = LinearSgd.Fit(
                x,
                labels,
                3,
                0.1,
                3,
                16,
                seed,
                TestContext.Current.CancellationToken);
            return descent.Scores(x).data<float>().ToArray();
        }

        Assert.Equal(Scores(1), Scores(1));
        Assert.NotEqual(Scores(1), Scores(2));
    }

    [Fact]
    public void Of_every_class_some_are_held_out_and_some_are_left()
    {
        int[] labels = [.. Enumerable.Range(0, 130).Select(i => i < 2 ? 7 : i < 30 ? 1 : 0)];
        (int[] held, int[] fitted) = LinearEvaluation.HoldOut(labels, 0.1, seed: 3);
        Assert.Equal(Enumerable.Range(0, 130), held.Concat(fitted).Order());
        Assert.Equal([(0, 10), (1, 2), (7, 1)], held.CountBy(i => labels[i]).OrderBy(c => c.Key).Select(c => (c.Key, c.Value)));
        Assert.Equal(held, LinearEvaluation.HoldOut(labels, 0.1, seed: 3).Held);
        Assert.NotEqual(held, LinearEvaluation.HoldOut(labels, 0.1, seed: 4).Held);
    }

    [Fact]
    public void Equal_scores_rank_by_class_and_no_number_ranks_last()
    {
        TopAccuracy accuracy = new();
        accuracy.Add(tensor(new[] { 1.0, 1, 0, 0, 0, 0, 0 }).reshape(1, 7), [0]);      // first
        accuracy.Add(tensor(new[] { 1.0, 1, 0, 0, 0, 0, 0 }).reshape(1, 7), [1]);      // second
        accuracy.Add(tensor(new[] { 1.0, 1, 0, 0, 0, 0, 0 }).reshape(1, 7), [6]);      // seventh
        accuracy.Add(full(1, 7, double.NaN), [0]);
        Assert.Equal((0.25, 0.5, 4), (accuracy.Top1, accuracy.Top5, accuracy.Total));
        Assert.Throws<ArgumentException>(() => accuracy.Add(ones(1, 3), [3]));
        Assert.Throws<ArgumentException>(() => accuracy.Add(ones(2, 3), [0]));
    }
}
