namespace DenseCL.Method;

/// <summary>
/// Whether training is alive. The loss says little: it rises while the queue fills and whenever the keys in it become harder; these show a
/// collapse at once. All are means over the batch; the dense ones are null for MoCo-v2.
/// </summary>
/// <param name="PositiveSimilarity">Mean cosine of queries and their positives, −1 … 1: it should grow well above
/// <paramref name="NegativeSimilarity"/>.</param>
/// <param name="NegativeSimilarity">Mean cosine of queries and the queue, −1 … 1: near 0 in a healthy run, near 1 in a collapsed
/// one.</param>
/// <param name="Deviation">Standard deviation of the query vectors over the batch, mean over dimensions and times √D: 1 for vectors spread
/// evenly on the sphere, 0 for a collapse.</param>
/// <param name="DensePositiveSimilarity">As <paramref name="PositiveSimilarity"/>, for the dense vectors.</param>
/// <param name="DenseNegativeSimilarity">As <paramref name="NegativeSimilarity"/>, for the dense vectors.</param>
/// <param name="DenseDeviation">As <paramref name="Deviation"/>, for the dense vectors.</param>
/// <param name="MatchEntropy">Entropy of the matched key positions of an image over its largest possible value, 0 … 1: 0 where every
/// position is matched to one and the same. This and the next two are of the positions that have a match; null where none has.</param>
/// <param name="MutualMatches">Share of positions whose match matches them back by the same rule, 0 … 1; null for random matches.</param>
/// <param name="SamePlaceMatches">
/// Share of positions that are matched to the very same position of the other view, 0 … 1. Where views are cut and mirrored at random, a
/// share near 1 says that the matching follows the position and not what the images show: the dense loss then teaches nothing. Null for a
/// single position.
/// </param>
/// <param name="MatchAgreement">
/// Share of matches that are right by the known crops, 0 … 1, among the positions that lie inside the other view; null where no position
/// does, or the crops are not known; 1 by definition for <c>geometric</c> and <c>overlap</c>.
/// </param>
/// <param name="PositionVariance">
/// Share of the variance of the dense vectors that their position in the view alone explains, at most 1: near 0 where vectors say what is
/// shown, near 1 where they say only where it is. It is adjusted for the number of images, so that chance gives 0 in the mean.
/// </param>
public sealed record HealthIndicators(
    double PositiveSimilarity,
    double NegativeSimilarity,
    double Deviation,
    double? DensePositiveSimilarity,
    double? DenseNegativeSimilarity,
    double? DenseDeviation,
    double? MatchEntropy,
    double? MutualMatches,
    double? SamePlaceMatches,
    double? MatchAgreement,
    double? PositionVariance);
