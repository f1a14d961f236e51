namespace DenseCL.Data.Scenes;

/// <summary>
/// COCO's run lengths: down the columns, left to right, first the length of a run of zeros (which may be 0), then of ones, and so on.
/// </summary>
internal static class CocoRuns
{
    /// <summary>The run lengths of the pixels that equal <paramref name="instance"/>.</summary>
    /// <param name="mask">(height, width), row by row.</param>
    /// <param name="width">Width of the mask.</param>
    /// <param name="instance">The value that counts as one.</param>
    public static List<int> Encode(ReadOnlySpan<byte> mask, int width, int instance)
    {
        List<int> runs = [];
        int height = mask.Length / width, length = 0;
        bool inside = false;
        for (int x = 0; x < width; x++)
        {
            for (int y = 0; y < height; y++)
            {
                if ((mask[(y * width) + x] == instance) != inside)
                {
                    runs.Add(length);
                    (length, inside) = (0, !inside);
                }

                length++;
            }
        }

        runs.Add(length);
        return runs;
    }
}
