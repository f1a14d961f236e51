namespace DenseCL.Images.Rows;

/// <summary>The rows of an image in memory.</summary>
/// <param name="image">The image; it is only read.</param>
internal sealed class DecodedRows(RgbImage image) : PixelRows
{
    private int next;

    /// <inheritdoc/>
    public override int Width => image.Width;

    /// <inheritdoc/>
    public override int Height => image.Height;

    /// <inheritdoc/>
    public override int Channels => image.Channels;

    /// <inheritdoc/>
    public override void Read(Span<byte> row) => image.Pixels.Slice(next++ * RowBytes, RowBytes).CopyTo(row);
}
