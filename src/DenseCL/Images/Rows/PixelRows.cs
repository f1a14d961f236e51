namespace DenseCL.Images.Rows;

/// <summary>An image that is read row by row, from the top, so that it need not fit into memory.</summary>
internal abstract class PixelRows : IDisposable
{
    /// <summary>Width in pixels.</summary>
    public abstract int Width { get; }

    /// <summary>Height in pixels.</summary>
    public abstract int Height { get; }

    /// <summary>Channels of a pixel, 8 bits each.</summary>
    public abstract int Channels { get; }

    /// <summary>Bytes of a row.</summary>
    public int RowBytes => checked(Width * Channels);

    /// <summary>Reads the next row.</summary>
    /// <param name="row">Receives it, <see cref="RowBytes"/> bytes.</param>
    /// <exception cref="ImageException">The data are truncated or damaged.</exception>
    public abstract void Read(Span<byte> row);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
