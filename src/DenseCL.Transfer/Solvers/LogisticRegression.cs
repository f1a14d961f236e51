using DenseCL.Compute;
using DenseCL.Transfer.Measures;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Solvers;

/// <summary>
/// A linear classifier of single positions on frozen features: multinomial logistic regression on standardised channels, solved to its
/// unique optimum. No seed, no schedule and no learning rate can favour one backbone.
/// </summary>
/// <remarks>
/// The loss is mean cross-entropy + (λ/2)‖W‖², without a penalty on the biases. Everything is computed in double precision, a window of
/// positions at a time, so it needs only a few megabytes in addition to the features.
/// </remarks>
public sealed class LogisticRegression
{
    /// <summary>Elements of a window in double precision: 8 MB, so that it stays in the cache.</summary>
    private const long Window = 1 << 20;

    private readonly double[] weight;
    private readonly double[] bias;
    private readonly int channels;
    private readonly long ignoreLabel;

    private LogisticRegression(
        double[] weight,
        double[] bias,
        int channels,
        long ignoreLabel,
        (double Value, double Gradient, int Iterations) solution,
        double tolerance)
    {
        (this.weight, this.bias, this.channels, this.ignoreLabel) = (weight, bias, channels, ignoreLabel);
        (Loss, GradientNorm, Iterations) = solution;
        Converged = GradientNorm <= tolerance;
    }

    /// <summary>Number of classes K.</summary>
    public int Classes => bias.Length;

    /// <summary>The loss at the solution: mean cross-entropy in nats plus the penalty.</summary>
    public double Loss { get; }

    /// <summary>The largest component of the loss's gradient at the solution.</summary>
    public double GradientNorm { get; }

    /// <summary>The number of steps of the solver.</summary>
    public int Iterations { get; }

    /// <summary>Whether <see cref="GradientNorm"/> reached the tolerance; if not, more steps or a larger penalty help.</summary>
    public bool Converged { get; }

    /// <summary>Fits a probe.</summary>
    /// <param name="features">(P, C), any floating type. Everything except the steps of the solver is computed on their device.</param>
    /// <param name="labels">(P), int64, on the same device: 0 … K − 1, or the ignored label.</param>
    /// <param name="classes">K, 2 … 65,536.</param>
    /// <param name="options">Penalty and stopping; the defaults if null.</param>
    /// <param name="cancellationToken">Stops the solver between two evaluations.</param>
    /// <exception cref="ArgumentException">Shapes or labels do not fit, all positions are ignored, or a feature is not finite.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static LogisticRegression Fit(
        Tensor features,
        Tensor labels,
        int classes,
        LogisticRegressionOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, 65_536);
        options ??= new();
        using var guard = no_grad();
        CheckShapes(features, labels);
        long counted = CheckLabels(labels, classes, options.IgnoreLabel);
        using DisposeScope scope = NewDisposeScope();
        if (counted < labels.shape[0])
        {
            using Scalar ignored = options.IgnoreLabel.ToScalar();
            Tensor rows = labels.ne(ignored).nonzero().squeeze(1);
            (features, labels) = (features.index_select(0, rows), labels.index_select(0, rows));
        }

        int width = (int)features.shape[1];
        (double[] mean, double[] inverse) = Standardise(features);

        double[] solution = new double[classes * (width + 1)];
        var result = Lbfgs.Minimise(Evaluate, solution, options.MaxIterations, options.Tolerance);
        (double[] weight, double[] bias) = Fold(solution);
        return new LogisticRegression(weight, bias, width, options.IgnoreLabel, result, options.Tolerance);

        // Converts the weights for standardised channels to weights and biases for the original ones.
        (double[] Weight, double[] Bias) Fold(ReadOnlySpan<double> point)
        {
            double[] folded = new double[classes * width], shifted = point[(classes * width)..].ToArray();
            for (int k = 0; k < classes; k++)
            {
                for (int c = 0; c < width; c++)
                {
                    folded[(k * width) + c] = point[(k * width) + c] * inverse[c];
                    shifted[k] -= folded[(k * width) + c] * mean[c];
                }
            }

            return (folded, shifted);
        }

        double Evaluate(ReadOnlySpan<double> point, Span<double> gradient)
        {
            using var scope = NewDisposeScope();
            (double[] folded, double[] shifted) = Fold(point);
            Device device = features.device;
            Tensor w = tensor(folded, device: device).reshape(classes, width),
                b = tensor(shifted, device: device);
            Tensor gradientW = zeros(classes, width, dtype: ScalarType.Float64, device: device),
                gradientB = zeros(classes, dtype: ScalarType.Float64, device: device);
            double loss = 0;
            foreach ((long start, long count) in Windows(features))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var window = NewDisposeScope();
                Tensor x = features.narrow(0, start, count).to(ScalarType.Float64); // (n, C)
                Tensor y = labels.narrow(0, start, count).unsqueeze(1); // (n, 1)
                Tensor logProbabilities = nn.functional.log_softmax(x.mm(w.t()).AddInPlace(b), 1); // (n, K)
                Tensor ofTruth = logProbabilities.gather(1, y); // (n, 1)
                loss -= ofTruth.sum().item<double>();
                Tensor residual = logProbabilities.exp().scatter_add_(1, y, -ones_like(ofTruth)); // (n, K)
                gradientW.AddInPlace(residual.t().mm(x));
                gradientB.AddInPlace(residual.sum(dim: 0)); // a bare 0 would be taken for a ScalarType
            }

            double[] raw = gradientW.cpu().data<double>().ToArray(), rawBias = gradientB.cpu().data<double>().ToArray();
            double penalty = 0;
            for (int k = 0; k < classes; k++)
            {
                gradient[(classes * width) + k] = rawBias[k] / counted;
                for (int c = 0; c < width; c++)
                {
                    int i = (k * width) + c;
                    gradient[i] = ((raw[i] - (rawBias[k] * mean[c])) * inverse[c] / counted) + (options.L2 * point[i]);
                    penalty += point[i] * point[i];
                }
            }

            return (loss / counted) + (0.5 * options.L2 * penalty);
        }
    }

    /// <summary>The most probable class of each position.</summary>
    /// <param name="features">(P, C), any floating type.</param>
    /// <returns>(P), int64, each 0 … K − 1, on the features' device.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public Tensor Predict(Tensor features)
    {
        CheckWidth(features);
        Tensor predictions = empty(features.shape[0], dtype: ScalarType.Int64, device: features.device);
        Score(features, (start, scores) => predictions.narrow(0, start, scores.shape[0]).copy_(scores.argmax(1)));
        return predictions;
    }

    /// <summary>The logits of all classes for each position.</summary>
    /// <param name="features">(P, C), any floating type.</param>
    /// <returns>(P, K), double precision, on the features' device.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public Tensor Scores(Tensor features)
    {
        CheckWidth(features);
        Tensor all = empty(features.shape[0], Classes, dtype: ScalarType.Float64, device: features.device);
        Score(features, (start, scores) => all.narrow(0, start, scores.shape[0]).copy_(scores));
        return all;
    }

    /// <summary>Predicts every position and counts it against its label.</summary>
    /// <param name="features">(P, C), any floating type.</param>
    /// <param name="labels">(P), int64: 0 … K − 1, or the ignored label.</param>
    /// <exception cref="ArgumentException">Shapes or labels do not fit.</exception>
    public ConfusionMatrix Evaluate(Tensor features, Tensor labels)
    {
        CheckShapes(features, labels);
        using var scope = NewDisposeScope();
        ConfusionMatrix confusion = new(Classes, ignoreLabel);
        confusion.Add(labels.cpu().data<long>().ToArray(), Predict(features).cpu().data<long>().ToArray());
        return confusion;
    }

    private void CheckWidth(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.shape is not [_, long width] || width != channels)
        {
            throw new ArgumentException(
                $"The features are ({string.Join(", ", features.shape)}), but the probe was fitted on (P, {channels}).",
                nameof(features));
        }
    }

    private void Score(Tensor features, Action<long, Tensor> take)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        Tensor w = tensor(weight, device: features.device).reshape(Classes, channels), b = tensor(bias, device: features.device);
        foreach ((long start, long count) in Windows(features))
        {
            using var window = NewDisposeScope();
            take(start, features.narrow(0, start, count).to(ScalarType.Float64).mm(w.t()).AddInPlace(b));
        }
    }

    private static IEnumerable<(long Start, long Count)> Windows(Tensor features)
    {
        long rows = features.shape[0], step = Math.Max(1, Window / features.shape[1]);
        for (long start = 0; start < rows; start += step)
        {
            yield return (start, Math.Min(step, rows - start));
        }
    }

    private static void CheckShapes(Tensor features, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        if (features.shape is not [long rows, > 0] || labels.shape is not [long count] || rows != count || labels.dtype != ScalarType.Int64)
        {
            throw new ArgumentException(
                $"The features are ({string.Join(", ", features.shape)}) and the labels ({string.Join(", ", labels.shape)}) "
                + $"{labels.dtype}: give (P, C) and (P) Int64.",
                nameof(labels));
        }
    }

    private static long CheckLabels(Tensor labels, int classes, long ignoreLabel)
    {
        using var scope = NewDisposeScope();
        using Scalar ignored = ignoreLabel.ToScalar(), first = 0.ToScalar(), end = classes.ToScalar();
        Tensor counts = labels.ne(ignored);
        if (labels.lt(first).logical_or(labels.ge(end)).logical_and(counts).any().item<bool>())
        {
            throw new ArgumentException(
                $"A label is neither 0 … {classes - 1} nor {ignoreLabel}: give the number of classes, or mark the position as ignored.",
                nameof(labels));
        }

        long counted = counts.sum().item<long>();
        return counted > 0
            ? counted
            : throw new ArgumentException("No position has a label that counts: there is nothing to fit.", nameof(labels));
    }

    /// <summary>Mean, and 1 / standard deviation (0 for a channel that never changes), over all positions.</summary>
    private static (double[] Mean, double[] Inverse) Standardise(Tensor features)
    {
        using var scope = NewDisposeScope();
        Tensor mean = Average(x => x);
        Tensor deviation = Average(x => (x - mean).Square()).sqrt();

        // A channel that differs only in the last digits of its mean is constant: rounding must not become a feature.
        Tensor inverse = where(deviation > mean.abs().Times(1e-7), deviation.reciprocal(), zeros_like(deviation));
        if (!mean.isfinite().all().item<bool>() || !deviation.isfinite().all().item<bool>())
        {
            throw new ArgumentException("A feature is not finite: look for NaN in the images or the weights.", nameof(features));
        }

        return (mean.cpu().data<double>().ToArray(), inverse.cpu().data<double>().ToArray());

        Tensor Average(Func<Tensor, Tensor> of)
        {
            Tensor sum = zeros(features.shape[1], dtype: ScalarType.Float64, device: features.device);
            foreach ((long start, long count) in Windows(features))
            {
                using var window = NewDisposeScope();
                sum.AddInPlace(of(features.narrow(0, start, count).to(ScalarType.Float64)).sum(dim: 0));
            }

            return sum.DivideInPlace(features.shape[0]);
        }
    }
}
