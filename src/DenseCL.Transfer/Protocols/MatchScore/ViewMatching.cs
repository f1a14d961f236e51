using DenseCL.Data.Loading;
using DenseCL.Transfer.Matching;

namespace DenseCL.Transfer.Protocols.MatchScore;

/// <summary>
/// Where the positions of one view lie in another view of the same image, and whether their nearest features are there. The geometry uses
/// whole numbers, so it is exact.
/// </summary>
/// <remarks>
/// A map of side P divides a view into P × P equal cells, whatever the shape of its crop. A position stands for its cell; its place is the
/// cell's centre.
/// </remarks>
internal static class ViewMatching
{
    /// <summary>Counts how many positions of the first view found their place in the second.</summary>
    /// <param name="nearest">For each position of the first map, row by row, the position of the second that it is matched with.</param>
    /// <param name="first">Where the first view was cut.</param>
    /// <param name="second">Where the second view was cut from the same image.</param>
    /// <param name="side">The side P of both maps, at least 1.</param>
    /// <exception cref="ArgumentException">There are not P · P matches, or one of them is not a position.</exception>
    public static MatchCounts Count(ReadOnlySpan<long> nearest, CropGeometry first, CropGeometry second, int side)
    {
        (Place Column, Place Row)[] places = Places(first, second, side);
        if (nearest.Length != side * side)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"{nearest.Length} matches are given for a map of {side} × {side} positions."),
                nameof(nearest));
        }

        (long positions, long right, long exact, long near) = (0, 0, 0, 0);
        for (int i = 0; i < nearest.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(nearest[i], nameof(nearest));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(nearest[i], nearest.Length, nameof(nearest));
            (Place x, Place y) = places[i];
            if (x.Inside && y.Inside)
            {
                (int column, int row) = ((int)(nearest[i] % side), (int)(nearest[i] / side));
                positions++;
                right += x.IsNear(column) && y.IsNear(row) ? 1 : 0;
                exact += x.Cell == column && y.Cell == row ? 1 : 0;
                near += x.Near * y.Near;
            }
        }

        return new MatchCounts(positions, right, exact, near);
    }

    /// <summary>Which matches are right.</summary>
    /// <param name="matches">Matches of any of the first view's positions.</param>
    /// <param name="first">Where the first view was cut.</param>
    /// <param name="second">Where the second view was cut from the same image.</param>
    /// <param name="side">The side P of both maps, at least 1.</param>
    /// <returns>For each match whether it lies within one cell of the true place; null if the second view does not show that
    /// place.</returns>
    public static IReadOnlyList<bool?> Verdicts(IReadOnlyList<PositionMatch> matches, CropGeometry first, CropGeometry second, int side)
    {
        (Place Column, Place Row)[] places = Places(first, second, side);
        return [.. matches.Select(Verdict)];

        bool? Verdict(PositionMatch match)
        {
            (Place x, Place y) = places[match.From];
            return x.Inside && y.Inside ? x.IsNear(match.To % side) && y.IsNear(match.To / side) : null;
        }
    }

    private static (Place Column, Place Row)[] Places(CropGeometry first, CropGeometry second, int side)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        var places = new (Place Column, Place Row)[side * side];
        for (int i = 0; i < places.Length; i++)
        {
            (CellPlace row, CellPlace column) = CellPlace.Of(i / side, i % side, side, first, second);
            places[i] = (Place.Of(column, side), Place.Of(row, side));
        }

        return places;
    }

    /// <summary>Where a cell's centre lies in the second view, along one axis.</summary>
    /// <param name="Inside">Whether it lies in the view at all.</param>
    /// <param name="Cell">The cell that it lies in.</param>
    /// <param name="Low">The first cell whose centre is within one cell of it.</param>
    /// <param name="High">The last such cell.</param>
    private readonly record struct Place(bool Inside, int Cell, int Low, int High)
    {
        public long Near => High - Low + 1;

        public static Place Of(CellPlace place, int side)
        {
            (long at, long width) = place;
            if (at < 0 || at >= side * width)
            {
                return default;
            }

            // |at − (2m + 1) · width / 2| ≤ width
            long low = Math.Max(0, at - (3 * width / 2));
            return new Place(
                true,
                (int)(at / width),
                (int)((low + width - 1) / width),
                (int)Math.Min(side - 1, (at + (width / 2)) / width));
        }

        public bool IsNear(int cell) => cell >= Low && cell <= High;
    }
}
