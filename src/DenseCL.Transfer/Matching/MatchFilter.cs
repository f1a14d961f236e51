using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Matching;

/// <summary>Which matches are kept; the defaults keep every position's nearest.</summary>
public sealed record MatchFilter
{
    /// <summary>Whether only mutual matches are kept: each position is also the nearest of its nearest.</summary>
    [Option("Keep only mutual matches: each position is the nearest of the other.")]
    public bool Mutual { get; init; }

    /// <summary>How many matches are kept, those with the largest similarity; at least 1; null for all.</summary>
    [Option("Keep only this many matches, those with the largest similarity.", Low = 1)]
    public int? Best
    {
        get;
        init => field = this.Checked(value);
    }

    /// <summary>The smallest similarity of a match that is kept, a cosine from −1 to 1; null for any.</summary>
    [Option("Keep only matches with at least this similarity, a cosine.", Low = -1, High = 1)]
    public double? Threshold
    {
        get;
        init => field = this.Checked(value);
    }

    /// <summary>The matches that are kept, in the order of the first map's positions.</summary>
    /// <param name="there">For each position of the first map its nearest in the second.</param>
    /// <param name="back">For each position of the second map its nearest in the first.</param>
    internal IReadOnlyList<PositionMatch> Keep(Neighbours there, Neighbours back)
    {
        IEnumerable<PositionMatch> kept = there.Positions
            .Select((to, from) => new PositionMatch(from, (int)to, there.Similarities[from], back.Positions[(int)to] == from))
            .Where(match => (match.IsMutual || !Mutual) && !(match.Similarity < Threshold));
        return Best is { } best
            ? [.. kept.OrderByDescending(match => match.Similarity).ThenBy(match => match.From).Take(best).OrderBy(match => match.From)]
            : [.. kept];
    }
}
