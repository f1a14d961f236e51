using DenseCL.Compute;
using DenseCL.Data.Loading;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Method.Matching;

/// <summary>
/// Where the centre of each query position lies in the key view, computed from the known crops. Crops are rectangles that are mirrored and
/// turned by quarters at most, so a row and a column of the key view each depend on one of the query view. All tensors are on the
/// processor.
/// </summary>
/// <param name="Row">(N, S²) float64, in cells from the upper edge of the key view; inside the view 0 … S.</param>
/// <param name="Column">(N, S²) float64, in cells from its left edge.</param>
/// <param name="GridSize">S</param>
internal readonly record struct KnownPlaces(Tensor Row, Tensor Column, int GridSize)
{
    /// <summary>Maps the positions.</summary>
    /// <param name="queryCrops">The N crops of the query views.</param>
    /// <param name="keyCrops">The N crops of the key views.</param>
    /// <param name="gridSize">S</param>
    /// <exception cref="ArgumentException">The crops are not known.</exception>
    public static KnownPlaces Of(ReadOnlySpan<CropGeometry> queryCrops, ReadOnlySpan<CropGeometry> keyCrops, int gridSize)
    {
        if (queryCrops.IsEmpty || queryCrops.Length != keyCrops.Length)
        {
            throw new ArgumentException("The crops of both views must be known, one of each image.", nameof(queryCrops));
        }

        using DisposeScope scope = NewDisposeScope();
        int positions = gridSize * gridSize;
        double[] rows = new double[queryCrops.Length * positions], columns = new double[rows.Length];
        for (int n = 0; n < queryCrops.Length; n++)
        {
            (CropGeometry q, CropGeometry k) = (queryCrops[n], keyCrops[n]);
            for (int s = 0; s < positions; s++)
            {
                (CellPlace row, CellPlace column) = CellPlace.Of(s / gridSize, s % gridSize, gridSize, q, k);
                (rows[(n * positions) + s], columns[(n * positions) + s]) = (Cells(row), Cells(column));
            }
        }

        return new(On(rows), On(columns), gridSize);

        static double Cells(CellPlace place) => (double)place.At / place.Cell;

        Tensor On(double[] values) => tensor(values).view(-1, positions).MoveToOuterDisposeScope();
    }

    /// <summary>The position with the nearest centre; for a place outside the key view, the nearest one at its border.</summary>
    /// <returns>(N, S²) int64</returns>
    public Tensor Nearest()
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar first = 0.ToScalar(), last = (GridSize - 1).ToScalar();
        Tensor row = Row.floor().clamp(first, last), column = Column.floor().clamp(first, last);
        return row.MultiplyInPlace(GridSize).AddInPlace(column).to_type(ScalarType.Int64).MoveToOuterDisposeScope();
    }

    /// <summary>Which places lie inside the key view.</summary>
    /// <returns>(N, S²) bool</returns>
    public Tensor Inside()
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar start = 0.ToScalar(), end = GridSize.ToScalar();
        return (Row.ge(start) & Row.lt(end) & Column.ge(start) & Column.lt(end)).MoveToOuterDisposeScope();
    }

    /// <summary>Which key positions have their centre near the place, both along rows and along columns.</summary>
    /// <param name="cells">The maximum distance, in cells.</param>
    /// <returns>(N, S²), query position, by (S²), key position: bool</returns>
    public Tensor Within(double cells)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] centres = [.. Enumerable.Range(0, GridSize).Select(cell => cell + 0.5)];
        Tensor centre = tensor(centres);                                                                // (S)
        using Scalar most = cells.ToScalar();
        Tensor rows = (Row.unsqueeze(2) - centre).abs().le(most).unsqueeze(3);                           // (N, S², S, 1)
        Tensor columns = (Column.unsqueeze(2) - centre).abs().le(most).unsqueeze(2);                     // (N, S², 1, S)
        return (rows & columns).flatten(2).MoveToOuterDisposeScope();
    }
}
