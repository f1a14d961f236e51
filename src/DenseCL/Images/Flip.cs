namespace DenseCL.Images;

/// <summary>Mirroring.</summary>
public static class Flip
{
    /// <summary>Mirrors left to right, in place.</summary>
    /// <param name="pixels">(height, width, 3).</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> has another length.</exception>
    public static void Horizontal(Span<byte> pixels, int width, int height)
    {
        RgbSpan.Check(pixels, width, height);
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = pixels.Slice(y * width * 3, width * 3);
            row.Reverse(); // also turns red green blue round, which is put right below
            for (int i = 0; i < row.Length; i += 3)
            {
                (row[i], row[i + 2]) = (row[i + 2], row[i]);
            }
        }
    }
}
