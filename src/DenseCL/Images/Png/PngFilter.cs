namespace DenseCL.Images.Png;

/// <summary>Undoes the filters of PNG, section 9: a pixel's bytes are predicted from those of the pixel before, the row before, or both.</summary>
internal static class PngFilter
{
    /// <summary>Restores a row.</summary>
    /// <param name="filter">The number of the filter, 0 to 4.</param>
    /// <param name="row">The filtered bytes; restored in place.</param>
    /// <param name="before">The restored row before; zeros for the first one.</param>
    /// <param name="pixel">Bytes of a pixel, at least 1.</param>
    /// <exception cref="ImageException">There is no such filter.</exception>
    public static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> before, int pixel)
    {
        switch (filter)
        {
            case 0:
                return;
            case 1:
                for (int i = pixel; i < row.Length; i++)
                    row[i] += row[i - pixel];
                return;
            case 2:
                for (int i = 0; i < row.Length; i++)
                    row[i] += before[i];
                return;
            case 3:
                for (int i = 0; i < row.Length; i++)
                    row[i] += (byte)(((i < pixel ? 0 : row[i - pixel]) + before[i]) / 2);
                return;
            case 4:
                for (int i = 0; i < row.Length; i++)
                    row[i] += (byte)(i < pixel ? before[i] : Paeth(row[i - pixel], before[i], before[i - pixel]));
                return;
            default:
                throw new ImageException("damaged: a row of the PNG has a filter that does not exist");
        }
    }

    // Whichever of the three is nearest to left + above − corner.
    private static int Paeth(int left, int above, int corner)
    {
        int toLeft = Math.Abs(above - corner), toAbove = Math.Abs(left - corner), toCorner = Math.Abs(left + above - (2 * corner));
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }
}
