namespace DenseCL.Compute.Tiles;

/// <summary>The sizes of a convolution with an odd, square kernel and a padding that keeps the map's size at stride 1.</summary>
/// <param name="Images">N</param>
/// <param name="Height">H of the input.</param>
/// <param name="Width">W of the input.</param>
/// <param name="Inputs">Channels of the input.</param>
/// <param name="Outputs">Channels of the output.</param>
/// <param name="Size">Side of the kernel.</param>
/// <param name="Stride">Input positions per output position, along a side.</param>
/// <param name="Dilation">Input positions between neighbouring taps, along a side.</param>
internal readonly record struct ConvolutionShape(
    int Images,
    int Height,
    int Width,
    int Inputs,
    int Outputs,
    int Size,
    int Stride,
    int Dilation)
{
    public int OutHeight => ((Height - 1) / Stride) + 1;

    public int OutWidth => ((Width - 1) / Stride) + 1;

    public int Taps => Size * Size;

    /// <summary>Positions of the output.</summary>
    public int OutPositions => Images * OutHeight * OutWidth;

    /// <summary>Where a tap reads, relative to the position at the centre of the kernel.</summary>
    public (int Down, int Right) Offset(int tap) => (((tap / Size) - (Size / 2)) * Dilation, ((tap % Size) - (Size / 2)) * Dilation);
}
