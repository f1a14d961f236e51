namespace DenseCL.Transfer.Matching;

/// <summary>One of two images that were matched.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Pixels">(Height, Width, 3), red green blue, as the network saw it.</param>
/// <param name="Width">Width in pixels, as the network saw it.</param>
/// <param name="Height">Height in pixels, as the network saw it.</param>
/// <param name="Columns">The width of its map in positions.</param>
/// <param name="Rows">The height of its map in positions.</param>
public sealed record MatchedImage(string Path, byte[] Pixels, int Width, int Height, int Columns, int Rows)
{
    /// <summary>The centre of a position, as shares of width and height, 0 … 1.</summary>
    /// <param name="position">Counted row by row from 0.</param>
    public (double X, double Y) CentreOf(int position) =>
        (((position % Columns) + 0.5) / Columns, ((position / Columns) + 0.5) / Rows);
}
