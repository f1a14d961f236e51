namespace DenseCL.Images;

/// <summary>A rectangle of pixels.</summary>
/// <param name="Left">Its first column.</param>
/// <param name="Top">Its first row.</param>
/// <param name="Width">Its columns.</param>
/// <param name="Height">Its rows.</param>
internal readonly record struct PixelArea(int Left, int Top, int Width, int Height)
{
    /// <summary>The column after its last.</summary>
    public int Right => Left + Width;

    /// <summary>The row after its last.</summary>
    public int Bottom => Top + Height;

    /// <summary>The rectangle between four edges.</summary>
    public static PixelArea Between(int left, int top, int right, int bottom) => new(left, top, right - left, bottom - top);

    /// <summary>The smallest rectangle that contains both.</summary>
    public static PixelArea Union(PixelArea a, PixelArea b) =>
        Between(Math.Min(a.Left, b.Left), Math.Min(a.Top, b.Top), Math.Max(a.Right, b.Right), Math.Max(a.Bottom, b.Bottom));

    /// <summary>The rectangle with a margin, clipped at the image's edges.</summary>
    public PixelArea Grow(int margin, int width, int height) =>
        Between(Math.Max(Left - margin, 0), Math.Max(Top - margin, 0), Math.Min(Right + margin, width), Math.Min(Bottom + margin, height));
}
