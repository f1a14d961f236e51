namespace DenseCL.Data.Loading;

/// <summary>
/// Where the centre of a cell of one view lies in another view of the same image, along one axis, in cells of that view: <see cref="At"/> /
/// <see cref="Cell"/>. Whole numbers, so that no rounding decides.
/// </summary>
/// <param name="At">From the edge of the other view; within it from 0 to below <paramref name="Cell"/> times the number of cells.</param>
/// <param name="Cell">The length of a cell of the other view, above 0.</param>
internal readonly record struct CellPlace(long At, long Cell)
{
    /// <summary>Along columns.</summary>
    /// <param name="cell">The column, 0 … <paramref name="side"/> − 1.</param>
    /// <param name="side">Cells along a side of both views.</param>
    /// <param name="from">Where the view of the cell was cut.</param>
    /// <param name="into">Where the other view was cut.</param>
    public static CellPlace Across(int cell, int side, CropGeometry from, CropGeometry into) =>
        Of(cell, side, from.Left, from.Width, from.Flipped, into.Left, into.Width, into.Flipped);

    /// <summary>Along rows, likewise.</summary>
    public static CellPlace Down(int cell, int side, CropGeometry from, CropGeometry into) =>
        Of(cell, side, from.Top, from.Height, false, into.Top, into.Height, false);

    private static CellPlace Of(int cell, int side, int from, int length, bool flipped, int intoFrom, int intoLength, bool intoFlipped)
    {
        // In units of 1 / 2P pixel of the image: the centre of a cell is an odd number of half cells, and a cell of the other view is twice
        // its crop's length.
        long halves = (2L * (flipped ? side - 1 - cell : cell)) + 1, end = 2L * side * intoLength;
        long at = (2L * side * (from - intoFrom)) + (halves * length);
        return new CellPlace(intoFlipped ? end - at : at, 2L * intoLength);
    }
}
