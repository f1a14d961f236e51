namespace DenseCL.Data.Loading;

/// <summary>
/// Where the centre of a cell of one view lies in another view of the same image, along one axis of the image and in cells of that other
/// view: <see cref="At"/> / <see cref="Cell"/>. Both are whole numbers, so rounding never decides.
/// </summary>
/// <param name="At">The distance from the edge of the other view; inside it from 0 to below <paramref name="Cell"/> times the number of
/// cells.</param>
/// <param name="Cell">The length of a cell of the other view, above 0.</param>
internal readonly record struct CellPlace(long At, long Cell)
{
    /// <summary>The row and the column of a place in the other view. A turned view has its columns along the image's height.</summary>
    /// <param name="row">The row of the cell, 0 … <paramref name="side"/> − 1.</param>
    /// <param name="column">Its column.</param>
    /// <param name="side">Cells along a side of both views.</param>
    /// <param name="from">Where the view of the cell was cut.</param>
    /// <param name="into">Where the other view was cut.</param>
    public static (CellPlace Row, CellPlace Column) Of(int row, int column, int side, CropGeometry from, CropGeometry into)
    {
        (int across, int down) = from.Transposed ? (row, column) : (column, row);
        CellPlace x = Of(across, side, from.Left, from.Width, from.Flipped, into.Left, into.Width, into.Flipped);
        CellPlace y = Of(down, side, from.Top, from.Height, from.FlippedVertically, into.Top, into.Height, into.FlippedVertically);
        return into.Transposed ? (x, y) : (y, x);
    }

    private static CellPlace Of(int cell, int side, int from, int length, bool flipped, int intoFrom, int intoLength, bool intoFlipped)
    {
        // In units of 1 / 2P pixel of the image: the centre of a cell is an odd number of half cells, and a cell of the other view is twice
        // the length of its crop.
        long halves = (2L * (flipped ? side - 1 - cell : cell)) + 1, end = 2L * side * intoLength;
        long at = (2L * side * (from - intoFrom)) + (halves * length);
        return new CellPlace(intoFlipped ? end - at : at, 2L * intoLength);
    }
}
