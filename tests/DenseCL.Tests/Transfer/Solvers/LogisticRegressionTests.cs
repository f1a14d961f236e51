using DenseCL.Platform;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Solvers;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Solvers;

public sealed class LogisticRegressionTests
{
    [Fact]
    public void The_probe_reaches_the_optimum_that_plain_gradient_descent_reaches()
    {
        const int rows = 60, channels = 3, classes = 3;
        const double l2 = 0.05;
        (double[][] x, int[] y) = Overlapping(rows, channels, classes);
        using var scope = NewDisposeScope();
        LogisticRegression probe = LogisticRegression.Fit(
            Features(x),
            tensor(y.Select(v => (long)v).ToArray()),
            classes,
            new() { L2 = l2, Tolerance = 1e-9 },
            TestContext.Current.CancellationToken);

        // Independent: standardise, then descend by small steps, one number at a time.
        double[] mean = [.. Enumerable.Range(0, channels).Select(c => x.Average(r => r[c]))];
        double[] deviation = [.. Enumerable.Range(0, channels).Select(c => Math.Sqrt(x.Average(r => (r[c] - mean[c]) * (r[c] - mean[c]))))];
        double[][] z = [.. x.Select(r => r.Select((v, c) => (v - mean[c]) / deviation[c]).ToArray())];
        double[,] w = new double[classes, channels + 1];
        double loss = 0;
        for (int step = 0; step < 4000; step++)
        {
            double[,] gradient = new double[classes, channels + 1];
            loss = 0;
            for (int r = 0; r < rows; r++)
            {
                double[] p = [.. Enumerable.Range(0, classes).Select(k => Math.Exp(w[k, channels] + Enumerable.Range(0, channels).Sum(c => w[k, c] * z[r][c])))];
                double total = p.Sum();
                loss -= Math.Log(p[y[r]] / total) / rows;
                for (int k = 0; k < classes; k++)
                {
                    double residual = ((p[k] / total) - (k == y[r] ? 1 : 0)) / rows;
                    gradient[k, channels] += residual;
                    for (int c = 0; c < channels; c++)
                    {
                        gradient[k, c] += residual * z[r][c];
                    }
                }
            }

            for (int k = 0; k < classes; k++)
            {
                for (int c = 0; c < channels; c++)
                {
                    loss += 0.5 * l2 * w[k, c] * w[k, c];
                    gradient[k, c] += l2 * w[k, c];
                }
            }

            for (int k = 0; k < classes; k++)
            {
                for (int c = 0; c <= channels; c++)
                {
                    w[k, c] -= 0.5 * gradient[k, c];
                }
            }
        }

        Assert.True(probe.Converged);
        Assert.InRange(probe.GradientNorm, 0, 1e-9);
        Assert.Equal(loss, probe.Loss, 10);
        long[] expected = [.. z.Select(r => (long)Enumerable.Range(0, classes).MaxBy(k => w[k, channels] + Enumerable.Range(0, channels).Sum(c => w[k, c] * r[c])))];
        Assert.Equal(expected, probe.Predict(Features(x)).data<long>().ToArray());
    }

    [Fact]
    public void Separable_classes_are_all_told_whatever_the_scale_of_a_channel()
    {
        // Class k lies around the k-th corner of a simplex, in channels whose units differ by 10⁹; one channel is constant.
        using var scope = NewDisposeScope();
        double[] scale = [1e-6, 1, 1e3, 0];
        CounterRandom random = new(3);
        List<double[]> rows = [];
        List<long> labels = [];
        for (int i = 0; i < 200; i++)
        {
            int k = i % 3;
            double[] row = new double[4];
            for (int c = 0; c < 4; c++)
            {
                row[c] = (7 + (c == k ? 1 : 0) + random.NextDouble(-0.3, 0.3)) * scale[c];
            }

            rows.Add(row);
            labels.Add(k);
        }

        Tensor features = Features([.. rows]), truth = tensor(labels.ToArray());
        LogisticRegression probe = LogisticRegression.Fit(features, truth, 3, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(probe.Converged);
        Assert.Equal(1, probe.Evaluate(features, truth).PixelAccuracy);
        Assert.Equal(1, probe.Evaluate(features.to(ScalarType.Float64), truth).MeanIoU);
    }

    [Fact]
    public void Ignored_positions_change_nothing_even_if_they_are_not_numbers()
    {
        using var scope = NewDisposeScope();
        (double[][] x, int[] y) = Overlapping(40, 2, 2);
        Tensor features = Features(x), labels = tensor(y.Select(v => (long)v).ToArray());
        Tensor moreFeatures = cat([Features([[double.NaN, 1e30], [-1e6, 5]]), features]), moreLabels = cat([tensor(new long[] { 255, 255 }), labels]);
        LogisticRegression without = LogisticRegression.Fit(features, labels, 2, cancellationToken: TestContext.Current.CancellationToken);
        LogisticRegression with = LogisticRegression.Fit(
            moreFeatures,
            moreLabels,
            2,
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(without.Loss, with.Loss, 12);
        Assert.Equal(40, with.Evaluate(moreFeatures, moreLabels).Total);
    }

    [Fact]
    public void Positions_beyond_one_window_are_fitted_as_well()
    {
        // 2²⁰ elements make a window: the first half of the rows knows only class 0, so a probe of one window would never say 1.
        using var scope = NewDisposeScope();
        Tensor labels = cat([zeros(600_000, dtype: ScalarType.Int64), ones(600_000, dtype: ScalarType.Int64)]);
        Tensor features = (labels.to(ScalarType.Float32) * 2).unsqueeze(1);
        LogisticRegression probe = LogisticRegression.Fit(
            features,
            labels,
            2,
            new() { MaxIterations = 20 },
            TestContext.Current.CancellationToken);
        ConfusionMatrix confusion = probe.Evaluate(features, labels);
        Assert.Equal((600_000, 600_000), (confusion[0, 0], confusion[1, 1]));
    }

    [Fact]
    public void What_cannot_be_fitted_is_refused()
    {
        using var scope = NewDisposeScope();
        CancellationToken token = TestContext.Current.CancellationToken;
        Tensor x = ones(2, 3), y = zeros(2, dtype: ScalarType.Int64);
        Assert.Throws<ArgumentException>(() => LogisticRegression.Fit(x, zeros(3, dtype: ScalarType.Int64), 2, cancellationToken: token));
        Assert.Throws<ArgumentException>(() => LogisticRegression.Fit(x, zeros(2), 2, cancellationToken: token));
        Assert.Throws<ArgumentException>(() => LogisticRegression.Fit(x, y + 2, 2, cancellationToken: token));
        Assert.Throws<ArgumentException>(() => LogisticRegression.Fit(x, y - 1, 2, cancellationToken: token));
        Assert.Throws<ArgumentException>(() => LogisticRegression.Fit(x, y + 255, 2, cancellationToken: token));
        Assert.Throws<ArgumentException>(() => LogisticRegression.Fit(x * float.NaN, y, 2, cancellationToken: token));
        Assert.Throws<ArgumentException>(() => LogisticRegression.Fit(x, y, 2, cancellationToken: token).Predict(ones(2, 4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogisticRegressionOptions { L2 = 0 });
    }

    [Fact]
    public void A_cancelled_fit_stops()
    {
        using var scope = NewDisposeScope();
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            LogisticRegression.Fit(ones(2, 3), zeros(2, dtype: ScalarType.Int64), 2, null, source.Token));
    }

    private static (double[][] X, int[] Y) Overlapping(int rows, int channels, int classes)
    {
        CounterRandom random = new(17, (ulong)rows);
        int[] y = [.. Enumerable.Range(0, rows).Select(r => r % classes)];
        double[][] x = new double[rows][];
        for (int r = 0; r < rows; r++)
        {
            x[r] = new double[channels];
            for (int c = 0; c < channels; c++)
            {
                // Rounded to single precision: the probe's input, and the reference sees the same numbers.
                x[r][c] = (float)(random.NextNormal() + (c == y[r] ? 1.2 : 0) + (3 * c));
            }
        }

        return (x, y);
    }

    private static Tensor Features(double[][] rows) =>
        tensor(rows.SelectMany(r => r.Select(v => (float)v)).ToArray()).reshape(rows.Length, rows[0].Length);
}
