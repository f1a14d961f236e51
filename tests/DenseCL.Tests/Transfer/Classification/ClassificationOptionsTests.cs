using DenseCL.Transfer.Features;
using DenseCL.Transfer.Protocols.Knn;
using DenseCL.Transfer.Protocols.Linear;
using DenseCL.Transfer.Protocols.Svm;
using DenseCL.Transfer.Solvers;

namespace DenseCL.Tests.Transfer.Classification;

public sealed class ClassificationOptionsTests
{
    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeatureOptions { Size = 31 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeatureOptions { Batch = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeatureOptions { Threads = 257 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new KnnOptions { Neighbours = [] });
        Assert.Throws<ArgumentOutOfRangeException>(() => new KnnOptions { Neighbours = [5, 5] });
        Assert.Throws<ArgumentOutOfRangeException>(() => new KnnOptions { Temperature = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearOptions { LearningRates = [0] });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearOptions { Penalties = [double.NaN] });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearOptions { ValidationShare = 0.6 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearOptions { Solver = (LinearSolver)9 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SvmOptions { Costs = [1e7] });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SvmOptions { Folds = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SvmOptions { Shots = [0] });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SvmOptions { LowShotCost = 0 });
    }

    [Fact]
    public void The_costs_are_the_benchmarks_26_in_ascending_order()
    {
        IReadOnlyList<double> costs = new SvmOptions().Costs;
        Assert.Equal(26, costs.Count);
        Assert.Equal(costs.Order(), costs);
        Assert.Equal((1e-7, 100), (costs[0], costs[^1]));
        Assert.Contains(1.0 / 16, costs);
        Assert.Contains(Math.Pow(2, -19), costs);
    }
}
