using System.Text.Json;
using DenseCL.Platform;
using DenseCL.Transfer.Solvers;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Classification;

public sealed class SquaredHingeSvmTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Decision_values_are_those_of_liblinear_at_every_cost_with_all_problems_solved_at_once()
    {
        using var scope = NewDisposeScope();
        JsonElement svm = Fixture.Of("svm");
        JsonElement[] cases = [.. svm.GetProperty("cases").EnumerateArray()];
        int[] labels = svm.GetProperty("labels").Integers();
        Tensor x = SquaredHingeSvm.WithBias(svm.GetProperty("x").Matrix()),
            test = SquaredHingeSvm.WithBias(svm.GetProperty("test").Matrix());
        (Tensor y, Tensor cost) = Problems(
            labels,
            [.. cases.Select(c => (c.GetProperty("class").GetInt32(), c.GetProperty("cost").GetDouble()))]);
        double[] decisions = test.mm(SquaredHingeSvm.Solve(x, y, cost, null, 1e-9, Token)).t().contiguous().data<double>().ToArray();
        double[] expected = [.. cases.SelectMany(c => c.GetProperty("decisions").Doubles())];
        Assert.Equal(expected.Length, decisions.Length);
        for (int column = 0; column < cases.Length; column++)
        {
            // Relative to the largest of the problem: a decision may be zero by chance.
            int rows = expected.Length / cases.Length;
            double scale = expected.Skip(column * rows).Take(rows).Max(Math.Abs);
            for (int i = column * rows; i < (column + 1) * rows; i++)
            {
                Assert.InRange((decisions[i] - expected[i]) / scale, -1e-5, 1e-5);
            }
        }
    }

    [Fact]
    public void The_gradient_is_zero_at_the_solution_wherever_it_started()
    {
        using var scope = NewDisposeScope();
        Tensor x = SquaredHingeSvm.WithBias(Random(200, 30));
        (Tensor y, Tensor cost) = Problems([.. Enumerable.Range(0, 200).Select(i => i % 3)], [(0, 100), (1, 100), (2, 1e-5), (1, 1)]);
        Tensor from = SquaredHingeSvm.Solve(x, y, cost, null, 1e-8, Token),
            other = SquaredHingeSvm.Solve(x, y, cost, ones(31, 4, dtype: ScalarType.Float64) * 5, 1e-8, Token);
        Tensor gradient = from - (x.t().mm(cost * y * (1 - (y * x.mm(from))).clamp_min(0)) * 2);
        Assert.InRange(gradient.abs().max().item<double>(), 0, 1e-8);
        Assert.InRange((from - other).abs().max().item<double>(), 0, 2e-8);
    }

    [Fact]
    public void Rows_without_cost_are_as_good_as_not_there()
    {
        using var scope = NewDisposeScope();
        Tensor x = SquaredHingeSvm.WithBias(Random(60, 10));
        (Tensor y, Tensor cost) = Problems([.. Enumerable.Range(0, 60).Select(i => i % 2)], [(0, 1), (1, 0.01)]);
        Tensor masked = cost.clone();
        masked.narrow(0, 40, 20).zero_();
        Tensor with = SquaredHingeSvm.Solve(x, y, masked, null, 1e-10, Token);
        Tensor without = SquaredHingeSvm.Solve(x.narrow(0, 0, 40), y.narrow(0, 0, 40), cost.narrow(0, 0, 40), null, 1e-10, Token);
        Assert.InRange((with - without).abs().max().item<double>(), 0, 1e-9);
    }

    [Fact]
    public void The_callers_tensors_stay_as_they_are_and_none_is_left_behind()
    {
        using var scope = NewDisposeScope();
        Tensor x = SquaredHingeSvm.WithBias(Random(50, 5));
        (Tensor y, Tensor cost) = Problems([.. Enumerable.Range(0, 50).Select(i => i % 2)], [(0, 1), (0, 100), (1, 1e-6)]);
        (Tensor oldY, Tensor oldCost) = (y.clone(), cost.clone());
        int before = scope.DisposablesCount;
        SquaredHingeSvm.Solve(x, y, cost, null, 1e-6, Token);
        Assert.Equal(before + 1, scope.DisposablesCount);
        Assert.True(y.equal(oldY).all().item<bool>() && cost.equal(oldCost).all().item<bool>());
    }

    [Fact]
    public void A_cancelled_solver_stops()
    {
        using var scope = NewDisposeScope();
        using CancellationTokenSource source = new();
        source.Cancel();
        Tensor one = ones(2, 2, dtype: ScalarType.Float64);
        Assert.ThrowsAny<OperationCanceledException>(() => SquaredHingeSvm.Solve(one, one, one, null, 1e-6, source.Token));
    }

    private static (Tensor Y, Tensor Cost) Problems(int[] labels, (int Class, double Cost)[] columns)
    {
        Tensor y = tensor(labels.SelectMany(label => columns.Select(c => label == c.Class ? 1.0 : -1)).ToArray())
            .reshape(labels.Length, columns.Length);
        Tensor cost = tensor(labels.SelectMany(label => columns.Select(c => c.Cost * (label == c.Class ? 2 : 1))).ToArray())
            .reshape(labels.Length, columns.Length);
        return (y, cost);
    }

    private static Tensor Random(int rows, int columns)
    {
        CounterRandom random = new(5);
        return tensor(Enumerable.Range(0, rows * columns).Select(_ => (float)random.NextNormal()).ToArray()).reshape(rows, columns);
    }
}
