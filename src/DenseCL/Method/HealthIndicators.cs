namespace DenseCL.Method;

/// <summary>
/// Whether training is healthy. The loss says little: it rises while the queue fills and whenever the keys in it become harder. These
/// indicators show a collapse at once. All are means over the batch; the dense ones are null for MoCo-v2.
/// </summary>
/// <param name="PositiveSimilarity">Mean cosine of queries and their positives, −1 … 1: it should grow well above
/// <paramref name="NegativeSimilarity"/>.</param>
/// <param name="NegativeSimilarity">Mean cosine of queries and the queue, −1 … 1: near 0 in a healthy run, near 1 in a collapsed
/// one.</param>
/// <param name="Deviation">Standard deviation of the query vectors over the batch, averaged over dimensions, times √D: 1 for vectors spread
/// evenly on the sphere, 0 for a collapse.</param>
/// <param name="DensePositiveSimilarity">Like <paramref name="PositiveSimilarity"/>, for the dense vectors.</param>
/// <param name="DenseNegativeSimilarity">Like <paramref name="NegativeSimilarity"/>, for the dense vectors.</param>
/// <param name="DenseDeviation">Like <paramref name="Deviation"/>, for the dense vectors.</param>
/// <param name="MatchEntropy">Entropy of the matched key positions of an image divided by its largest possible value, 0 … 1: 0 if all
/// positions are matched to the same one. This and the next two indicators cover only positions that have a match; null if none
/// has.</param>
/// <param name="MutualMatches">Share of positions whose match is also matched to them by the same rule, 0 … 1; null for random
/// matches.</param>
/// <param name="SamePlaceMatches">
/// Share of positions that are matched to exactly the same position of the other view, 0 … 1. Where views are cut and mirrored at random, a
/// share near 1 means that the matching follows the position and not what the images show. The dense loss then teaches nothing. Null for a
/// single position.
/// </param>
/// <param name="MatchAgreement">
/// Share of matches that are right by the known crops, 0 … 1, among the positions that lie inside the other view. Null if no position does,
/// or if the crops are not known. 1 by definition for <c>geometric</c> and <c>overlap</c>.
/// </param>
/// <param name="PositionVariance">
/// Share of the variance of the dense vectors that is explained by their position in the view alone, at most 1. It is near 0 if vectors
/// describe what is shown, and near 1 if they describe only where it is. It is adjusted for the number of images, so that chance gives 0 on
/// average.
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
