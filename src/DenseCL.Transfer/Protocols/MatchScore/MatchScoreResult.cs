using DenseCL.Data.Sources;
using MathNet.Numerics.Distributions;

namespace DenseCL.Transfer.Protocols.MatchScore;

/// <summary>How well positions of one view find the same place in another.</summary>
/// <param name="Matches">The share of positions whose match lies within one cell of the true place, in both directions.</param>
/// <param name="ExactMatches">The share whose match is exactly the cell that contains the true place.</param>
/// <param name="Chance">The average of <paramref name="Matches"/> if every position is matched at random.</param>
/// <param name="LowerBound">
/// Lower end of the 95 % confidence interval of <paramref name="Matches"/>, for other images of the same kind: images are independent, the
/// positions of one image are not. NaN for one image.
/// </param>
/// <param name="UpperBound">Upper end of the interval.</param>
/// <param name="Images">Images that were used.</param>
/// <param name="Positions">Positions that counted.</param>
/// <param name="Skipped">Images that could not be used, with the reasons.</param>
public sealed record MatchScoreResult(
    double Matches,
    double ExactMatches,
    double Chance,
    double LowerBound,
    double UpperBound,
    int Images,
    long Positions,
    SkippedImages Skipped)
{
    /// <summary>The figures from the counts of each image.</summary>
    /// <param name="images">At least one; at least one position in all.</param>
    /// <param name="side">The side of the maps.</param>
    /// <param name="skipped">Images that could not be used.</param>
    internal static MatchScoreResult Of(IReadOnlyList<MatchCounts> images, int side, SkippedImages skipped)
    {
        MatchCounts all = images.Aggregate((left, right) => left + right);
        double positions = all.Positions, matches = all.Right / positions;
        double reach = double.NaN;
        if (images.Count > 1)
        {
            // The ratio of two means over images; each image has its own number of positions.
            double squares = images.Sum(image => Math.Pow(image.Right - (matches * image.Positions), 2));
            double error = Math.Sqrt(squares * images.Count / (images.Count - 1)) / positions;
            reach = StudentT.InvCDF(0, 1, images.Count - 1, 0.975) * error;
        }

        return new MatchScoreResult(
            matches,
            all.Exact / positions,
            all.Near / positions / ((double)side * side),
            Math.Max(0, matches - reach),
            Math.Min(1, matches + reach),
            images.Count,
            all.Positions,
            skipped);
    }
}
