namespace DenseCL.Transfer.Matching;

/// <summary>A position of one map and its nearest in another. Positions are counted row by row from 0.</summary>
/// <param name="From">The position in the first map.</param>
/// <param name="To">Its nearest in the second.</param>
/// <param name="Similarity">The cosine of their vectors, −1 … 1.</param>
/// <param name="IsMutual">Whether <paramref name="From"/> is also the nearest of <paramref name="To"/>.</param>
public readonly record struct PositionMatch(int From, int To, double Similarity, bool IsMutual);
