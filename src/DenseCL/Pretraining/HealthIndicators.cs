namespace DenseCL.Pretraining;

/// <summary>
/// Whether training is alive. The loss says little: it rises while the queue fills and whenever the keys in it become harder; these show a
/// collapse at once. All are means over the batch; the dense ones are null for MoCo-v2.
/// </summary>
/// <param name="PositiveSimilarity">Mean cosine of queries and their positives, −1 … 1: it should grow well above <paramref name="NegativeSimilarity"/>.</param>
/// <param name="NegativeSimilarity">Mean cosine of queries and the queue, −1 … 1: near 0 in a healthy run, near 1 in a collapsed one.</param>
/// <param name="Deviation">Standard deviation of the query vectors over the batch, mean over dimensions and times √D: 1 for vectors spread evenly on the sphere, 0 for a collapse.</param>
/// <param name="DensePositiveSimilarity">As <paramref name="PositiveSimilarity"/>, for the dense vectors.</param>
/// <param name="DenseNegativeSimilarity">As <paramref name="NegativeSimilarity"/>, for the dense vectors.</param>
/// <param name="DenseDeviation">As <paramref name="Deviation"/>, for the dense vectors.</param>
/// <param name="MatchEntropy">Entropy of the matched key positions of an image over its largest possible value, 0 … 1: 0 where every position is matched to one and the same.</param>
/// <param name="MutualMatches">Share of positions whose match matches them back, 0 … 1.</param>
public sealed record HealthIndicators(
    double PositiveSimilarity,
    double NegativeSimilarity,
    double Deviation,
    double? DensePositiveSimilarity,
    double? DenseNegativeSimilarity,
    double? DenseDeviation,
    double? MatchEntropy,
    double? MutualMatches);
