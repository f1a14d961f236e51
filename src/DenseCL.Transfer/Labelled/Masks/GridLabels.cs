namespace DenseCL.Transfer.Labelled.Masks;

/// <summary>Reduces semantic masks to the grid of a feature map.</summary>
internal static class GridLabels
{
    /// <summary>The mask value of pixels that do not count.</summary>
    public const byte Ignore = 255;

    /// <summary>The most frequent class of each cell of a grid laid over a mask.</summary>
    /// <param name="mask">(height, width), row by row: classes, or <see cref="Ignore"/>.</param>
    /// <param name="width">Width of the mask, at least 1.</param>
    /// <param name="height">Height of the mask, at least 1.</param>
    /// <param name="gridWidth">Cells across, 1 … <paramref name="width"/>.</param>
    /// <param name="gridHeight">Cells down, 1 … <paramref name="height"/>.</param>
    /// <returns>
    /// (gridHeight · gridWidth), row by row. Pixel (x, y) belongs to cell (⌊x·gridWidth/width⌋, ⌊y·gridHeight/height⌋). Of equally frequent
    /// classes the lowest is taken; <see cref="Ignore"/> if a cell has no other pixel.
    /// </returns>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public static long[] Majority(ReadOnlySpan<byte> mask, int width, int height, int gridWidth, int gridHeight)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(gridWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(gridHeight, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(gridWidth, width);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(gridHeight, height);
        if (mask.Length != (long)width * height)
        {
            throw new ArgumentException($"The mask has {mask.Length} pixels, but its sides are {width} × {height}.", nameof(mask));
        }

        long[] labels = new long[checked(gridWidth * gridHeight)];
        int[] votes = new int[gridWidth * 256];
        for (int row = 0; row < gridHeight; row++)
        {
            Array.Clear(votes);
            int top = FirstPixel(row, gridHeight, height), bottom = FirstPixel(row + 1, gridHeight, height);
            for (int column = 0; column < gridWidth; column++)
            {
                Span<int> cell = votes.AsSpan(column * 256, 256);
                int left = FirstPixel(column, gridWidth, width), right = FirstPixel(column + 1, gridWidth, width);
                for (int y = top; y < bottom; y++)
                {
                    foreach (byte label in mask.Slice((y * width) + left, right - left))
                    {
                        cell[label]++;
                    }
                }

                cell[Ignore] = 0;
                int best = 0;
                for (int label = 1; label < Ignore; label++)
                {
                    best = cell[label] > cell[best] ? label : best;
                }

                labels[(row * gridWidth) + column] = cell[best] == 0 ? Ignore : best;
            }
        }

        return labels;
    }

    /// <summary>The first pixel p with ⌊p·cells/pixels⌋ = cell.</summary>
    private static int FirstPixel(int cell, int cells, int pixels) => (int)((((long)cell * pixels) + cells - 1) / cells);
}
