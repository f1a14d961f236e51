using System.Globalization;
using DenseCL.Data;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Solvers;

namespace DenseCL.Transfer.Protocols.Knn;

/// <summary>Weighted k-nearest neighbours on frozen features (Wu et al., CVPR 2018). Nothing is fitted, so nothing can be tuned.</summary>
public sealed class KnnEvaluation : IEvaluation
{
    private readonly LabelledImages train;
    private readonly LabelledImages test;
    private readonly KnnOptions options;
    private readonly IProgress<FeatureProgress>? progress;

    /// <summary>The protocol on a data set.</summary>
    /// <param name="train">Images that vote.</param>
    /// <param name="test">Images to be classified, with the same classes.</param>
    /// <param name="options">Neighbours and preprocessing; the defaults if null.</param>
    /// <param name="progress">Told how far the features are; may be null.</param>
    /// <exception cref="DataException">There are fewer images to train on than neighbours.</exception>
    public KnnEvaluation(LabelledImages train, LabelledImages test, KnnOptions? options = null, IProgress<FeatureProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        (this.train, this.test, this.options, this.progress) = (train, test, options ?? new(), progress);
        int most = this.options.Neighbours.Max();
        if (most > train.Entries.Count)
        {
            throw new DataException(FormattableString.Invariant(
                $"{most} nearest neighbours were asked for, but {train.Root} has only {train.Entries.Count} images: choose fewer (--neighbours 10,20)."));
        }
    }

    /// <inheritdoc/>
    public string Name => "knn";

    /// <inheritdoc/>
    public string Fingerprint => OptionsFingerprint.Of(options, options.Features);

    /// <inheritdoc/>
    /// <remarks><c>top1.kN</c> and <c>top5.kN</c> for each number of neighbours N; the latter with more than five classes only. The seed is without influence.</remarks>
    /// <exception cref="DataException">An image cannot be read.</exception>
    public IReadOnlyList<KeyValuePair<string, double>> Measure(BackboneSource backbone, ulong seed, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        (PooledFeatures fit, PooledFeatures judge) = PooledFeatures.Of(backbone, train.Entries, test.Entries, options.Features, mirror: false, progress, stop);
        using (fit)
        using (judge)
        {
            TopAccuracy[] accuracies = WeightedKnn.Classify(
                fit.Features, train.Labels, judge.Features, test.Labels, train.ClassNames.Count, options.Neighbours, options.Temperature, stop);
            List<KeyValuePair<string, double>> figures = [];
            foreach ((int k, TopAccuracy accuracy) in options.Neighbours.Zip(accuracies))
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
