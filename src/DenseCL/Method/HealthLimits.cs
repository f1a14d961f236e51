namespace DenseCL.Method;

/// <summary>
/// From where on an indicator is a warning, for what the training prints and for what a report says. docs/health.md has the evidence.
/// </summary>
internal static class HealthLimits
{
    /// <summary>
    /// The deviation below which vectors are all the same. Vectors spread evenly on the sphere have 1; at a tenth of that two of them have
    /// a mean cosine of 0.99.
    /// </summary>
    public const double CollapsedDeviation = 0.1;

    /// <summary>
    /// The share of matches at the same position above which the matching follows the position. Views are cut and mirrored at random, so far
    /// fewer of the right matches are there.
    /// </summary>
    public const double SamePlaceMatches = 0.6;

    /// <summary>The share of right matches from which on they may all be at the same position: the crops are gentle.</summary>
    public const double MatchAgreement = 0.5;

    /// <summary>Whether the matching follows the position and not what the views show.</summary>
    /// <param name="samePlaceMatches">As in <see cref="HealthIndicators"/>.</param>
    /// <param name="matchAgreement">As in <see cref="HealthIndicators"/>; null if the crops are not known.</param>
    public static bool FollowsPosition(double? samePlaceMatches, double? matchAgreement) =>
        samePlaceMatches > SamePlaceMatches && !(matchAgreement >= MatchAgreement);
}
