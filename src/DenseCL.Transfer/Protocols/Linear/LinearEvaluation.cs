using DenseCL.Data;
using DenseCL.Platform;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Protocols.Reports;
using DenseCL.Transfer.Solvers;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Protocols.Linear;

/// <summary>
/// Linear classification of whole images on frozen features. Searched settings are chosen on images held out of the training set, never on
/// the test set.
/// </summary>
public sealed class LinearEvaluation : IEvaluation
{
    private const int ScoredAtOnce = 4096;

    private readonly SingleLabelImages train;
    private readonly SingleLabelImages test;
    private readonly LinearOptions options;

    /// <summary>The evaluation on a data set.</summary>
    /// <param name="train">Images to fit to, at least two of each class.</param>
    /// <param name="test">Images to classify, with the same classes.</param>
    /// <param name="options">Solver, search and preprocessing; the defaults if null.</param>
    /// <exception cref="DataException">A class has a single image to train on: none could be held out.</exception>
    public LinearEvaluation(SingleLabelImages train, SingleLabelImages test, LinearOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        (this.train, this.test, this.options) = (train, test, options ?? new());
        int[] single = [.. train.Labels.CountBy(label => label).Where(count => count.Value < 2).Select(count => count.Key)];
        if (single.Length > 0)
        {
            throw new DataException(
                $"Classes of {train.Root} have only one image: {SingleLabelImages.Few([.. single.Select(k => train.ClassNames[k])])}. "
                + $"One is held out to choose the settings: give at least two."
            );
        }
    }

    private delegate Tensor Scorer(Tensor features);

    /// <inheritdoc/>
    public string Name => "linear";

    /// <inheritdoc/>
    public string Fingerprint => OptionsFingerprint.Of(options);

    /// <inheritdoc/>
    /// <remarks>
    /// <c>top1</c>, <c>top5</c> (with more than five classes), the accuracy <c>validation.top1</c> by which the choice was made, and the
    /// chosen <c>penalty</c> or <c>learningRate</c>.
    /// </remarks>
    /// <exception cref="DataException">An image cannot be read.</exception>
    public IReadOnlyList<KeyValuePair<string, double>> Measure(BackboneSource backbone, ulong seed, CancellationToken stop) =>
        Measure(backbone, seed, progress: null, stop);

    /// <inheritdoc/>
    public EvaluationReport Report(BackboneSource backbone, ulong seed, IProgress<EvaluationProgress>? progress, CancellationToken stop)
    {
        List<KeyValuePair<string, double>> figures = Measure(backbone, seed, progress, stop);
        Dictionary<string, double> values = new(figures, StringComparer.Ordinal);
        bool sgd = options.Solver == LinearSolver.Sgd;
        return new EvaluationReport
        {
            Figures = figures,
            Tables =
            [
                new(["top-1", "top-5", "top-1, held out of training", sgd ? "learning rate" : "penalty"], [
                    [
                        EvaluationReport.Percent(values["top1"]), values.TryGetValue("top5", out double top5) ? EvaluationReport.Percent(top5) : "",
                        EvaluationReport.Percent(values["validation.top1"]), EvaluationReport.Number(figures[^1].Value),
                    ],
                ]),
            ],
            Lines =
            [
                FormattableString.Invariant(
                    $"{backbone.Name}, {options.Features.Size} px: fitted on {train.Entries.Count:N0} images of {train.ClassNames.Count:N0} classes, tested on {test.Entries.Count:N0}; seed {seed}."
                ),
            ],
            Facts = [new("searched", sgd ? options.LearningRates : options.Penalties)],
        };
    }

    private List<KeyValuePair<string, double>> Measure(
        BackboneSource backbone,
        ulong seed,
        IProgress<EvaluationProgress>? progress,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        using DisposeScope scope = NewDisposeScope();
        (PooledFeatures fit, PooledFeatures judge) = PooledFeatures.Of(
            backbone,
            train.Entries,
            test.Entries,
            options.Features,
            options.Mirror,
            progress,
            stop);
        int[] labels = [.. train.Labels],
            testLabels = [.. test.Labels];
        (int[] part, int[] rest) = HoldOut(labels, options.ValidationShare, seed);
        bool sgd = options.Solver == LinearSolver.Sgd;

        (double best, double bestTop1) = (0, double.NegativeInfinity);
        {
            using DisposeScope search = NewDisposeScope();
            (Tensor features, Tensor truth) = Rows(fit, labels, rest);
            Tensor held = fit.Features.index_select(0, tensor(part, dtype: ScalarType.Int64, device: fit.Features.device));
            int[] heldLabels = [.. part.Select(i => labels[i])];
            foreach (double value in sgd ? options.LearningRates : options.Penalties)
            {
                double top1 = Accuracy(features, truth, value, held, heldLabels).Top1;
                if (top1 > bestTop1)
                {
                    (best, bestTop1) = (value, top1);
                }
            }
        }

        (Tensor all, Tensor allLabels) = Rows(fit, labels, [.. Enumerable.Range(0, labels.Length)]);
        TopAccuracy accuracy = Accuracy(all, allLabels, best, judge.Features, testLabels);
        List<KeyValuePair<string, double>> figures = [new("top1", accuracy.Top1)];
        if (train.ClassNames.Count > 5)
        {
            figures.Add(new("top5", accuracy.Top5));
        }

        figures.Add(new("validation.top1", bestTop1));
        figures.Add(new(sgd ? "learningRate" : "penalty", best));
        return figures;

        TopAccuracy Accuracy(Tensor features, Tensor truth, double value, Tensor others, int[] otherLabels)
        {
            if (sgd)
            {
                using LinearSgd classifier = LinearSgd.Fit(features, truth, train.ClassNames.Count, value, options.Epochs, options.Batch, seed, stop);
                return Count(classifier.Scores, others, otherLabels);
            }

            // No label is ignored: class 255 is a class like any other.
            LogisticRegression probe = LogisticRegression.Fit(
                features,
                truth,
                train.ClassNames.Count,
                new LogisticRegressionOptions { L2 = value, IgnoreLabel = -1 },
                stop);
            return Count(probe.Scores, others, otherLabels);
        }
    }

    /// <summary>Holds out images of every class, at least one and not all.</summary>
    /// <returns>Indices in ascending order.</returns>
    internal static (int[] Held, int[] Fitted) HoldOut(int[] labels, double share, ulong seed)
    {
        HashSet<int> held = [];
        foreach (IGrouping<int, int> @class in Enumerable.Range(0, labels.Length).GroupBy(i => labels[i]))
        {
            int[] members = [.. @class];
            int count = Math.Max(1, (int)(share * members.Length));
            int[] order = new CounterRandom(seed, (ulong)RandomPurpose.ValidationPart, (ulong)@class.Key).Permutation(members.Length);
            held.UnionWith(order.Take(count).Select(i => members[i]));
        }

        return ([.. held.Order()], [.. Enumerable.Range(0, labels.Length).Where(i => !held.Contains(i))]);
    }

    /// <summary>Features and labels of some images, followed by those of the same images mirrored.</summary>
    private static (Tensor Features, Tensor Labels) Rows(PooledFeatures of, int[] labels, int[] images)
    {
        Device device = of.Features.device;
        Tensor rows = tensor(images, dtype: ScalarType.Int64, device: device),
            truth = tensor(images.Select(i => (long)labels[i]).ToArray(), device: device);
        return of.Mirrored is { } mirrored
            ? (cat([of.Features.index_select(0, rows), mirrored.index_select(0, rows)]), cat([truth, truth]))
            : (of.Features.index_select(0, rows), truth);
    }

    private static TopAccuracy Count(Scorer classifier, Tensor features, int[] labels)
    {
        TopAccuracy accuracy = new();
        for (int start = 0; start < labels.Length; start += ScoredAtOnce)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(ScoredAtOnce, labels.Length - start);
            accuracy.Add(classifier(features.narrow(0, start, count)), labels.AsSpan(start, count));
        }

        return accuracy;
    }
}
