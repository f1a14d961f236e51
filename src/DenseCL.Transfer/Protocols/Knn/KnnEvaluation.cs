using System.Globalization;
using DenseCL.Data;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Protocols.Reports;
using DenseCL.Transfer.Solvers;

namespace DenseCL.Transfer.Protocols.Knn;

/// <summary>Weighted k-nearest neighbours on frozen features (Wu et al., CVPR 2018). Nothing is fitted, so nothing can be tuned.</summary>
public sealed class KnnEvaluation : IEvaluation
{
    private readonly SingleLabelImages train;
    private readonly SingleLabelImages test;
    private readonly KnnOptions options;
    private readonly int[] neighbours;

    /// <summary>The evaluation on a data set.</summary>
    /// <param name="train">Images that vote.</param>
    /// <param name="test">Images to classify, with the same classes.</param>
    /// <param name="options">Neighbours and preprocessing; the defaults if null.</param>
    /// <remarks>A number of neighbours beyond the images there are means all of them.</remarks>
    public KnnEvaluation(SingleLabelImages train, SingleLabelImages test, KnnOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        (this.train, this.test, this.options) = (train, test, options ?? new());
        neighbours = [.. this.options.Neighbours.Select(k => Math.Min(k, train.Entries.Count)).Distinct()];
    }

    /// <inheritdoc/>
    public string Name => "knn";

    /// <inheritdoc/>
    public string Fingerprint => OptionsFingerprint.Of(options);

    /// <inheritdoc/>
    /// <remarks>
    /// <c>top1.kN</c> and <c>top5.kN</c> for each number of neighbours N; the latter only with more than five classes. The seed has no
    /// effect.
    /// </remarks>
    /// <exception cref="DataException">An image cannot be read.</exception>
    public IReadOnlyList<KeyValuePair<string, double>> Measure(BackboneSource backbone, ulong seed, CancellationToken stop) =>
        Measure(backbone, progress: null, stop);

    /// <inheritdoc/>
    public EvaluationReport Report(BackboneSource backbone, ulong seed, IProgress<EvaluationProgress>? progress, CancellationToken stop)
    {
        List<KeyValuePair<string, double>> figures = Measure(backbone, progress, stop);
        Dictionary<string, double> shares = new(figures, StringComparer.Ordinal);
        return new EvaluationReport
        {
            Figures = figures,
            Tables =
            [
                new(["neighbours", "top-1", "top-5"], [.. neighbours.Order().Select(k => k.ToString(CultureInfo.InvariantCulture)).Select(k => (IReadOnlyList<string>)
                    [k, EvaluationReport.Percent(shares[$"top1.k{k}"]), shares.TryGetValue($"top5.k{k}", out double top5) ? EvaluationReport.Percent(top5) : ""])]),
            ],
            Lines =
            [
                FormattableString.Invariant(
                    $"{backbone.Name}, {options.Features.Size} px: {test.Entries.Count:N0} images of {train.ClassNames.Count:N0} classes, among {train.Entries.Count:N0} neighbours; seed {seed}."
                ),
            ],
        };
    }

    private List<KeyValuePair<string, double>> Measure(
        BackboneSource backbone,
        IProgress<EvaluationProgress>? progress,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        (PooledFeatures fit, PooledFeatures judge) = PooledFeatures.Of(
            backbone,
            train.Entries,
            test.Entries,
            options.Features,
            mirror: false,
            progress,
            stop);
        using (fit)
        using (judge)
        {
            TopAccuracy[] accuracies = WeightedKnn.Classify(
                fit.Features,
                train.Labels,
                judge.Features,
                test.Labels,
                train.ClassNames.Count,
                neighbours,
                options.Temperature,
                stop);
            List<KeyValuePair<string, double>> figures = [];
            foreach ((int k, TopAccuracy accuracy) in neighbours.Zip(accuracies))
            {
                string name = k.ToString(CultureInfo.InvariantCulture);
                figures.Add(new($"top1.k{name}", accuracy.Top1));
                if (train.ClassNames.Count > 5)
                {
                    figures.Add(new($"top5.k{name}", accuracy.Top5));
                }
            }

            return figures;
        }
    }
}
