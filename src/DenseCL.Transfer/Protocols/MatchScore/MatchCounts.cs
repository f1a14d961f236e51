namespace DenseCL.Transfer.Protocols.MatchScore;

/// <summary>How many positions of the first views found their place in the second.</summary>
/// <param name="Positions">Positions whose centre lies in the second view.</param>
/// <param name="Right">Those whose match lies within one cell of the true place.</param>
/// <param name="Exact">Those whose match is exactly the cell that contains the true place.</param>
/// <param name="Near">Cells within one cell of the true place, summed over the positions: what a random match could hit.</param>
internal readonly record struct MatchCounts(long Positions, long Right, long Exact, long Near)
{
    /// <summary>The counts of both together.</summary>
    /// <param name="left">Some counts.</param>
    /// <param name="right">Other counts, of maps of the same size.</param>
    public static MatchCounts operator +(MatchCounts left, MatchCounts right) => left.Add(right);

    /// <summary>The counts of both together.</summary>
    /// <param name="other">Counts of maps of the same size.</param>
    public MatchCounts Add(MatchCounts other) =>
        new(Positions + other.Positions, Right + other.Right, Exact + other.Exact, Near + other.Near);
}
