using DenseCL.Images.Operations;

namespace DenseCL.Images.Rows;

/// <summary>The rows of another image at another size, equal to the last bit to <see cref="Resample.ResizedCrop"/> of the whole image.</summary>
internal sealed class ResampledRows : PixelRows
{
    private readonly PixelRows source;
    private readonly int[] across;
    private readonly int[] down;
    private readonly byte[] row;
    private readonly byte[] narrowed;       // the last rows of the source that a window may contain, each at the new width
    private readonly int kept;
    private int read;
    private int next;

    /// <param name="source">The image. It is not disposed together with this object.</param>
    /// <param name="width">Width of the result, at least 1.</param>
    /// <param name="height">Height of the result, at least 1.</param>
    public ResampledRows(PixelRows source, int width, int height)
    {
        (this.source, Width, Height) = (source, width, height);
        across = new int[TriangleWindows.Length(0, source.Width, width)];
        down = new int[TriangleWindows.Length(0, source.Height, height)];
        row = new byte[source.RowBytes];
        TriangleWindows.Fill(across, source.Width, 0, source.Width, width);
        kept = TriangleWindows.Fill(down, source.Height, 0, source.Height, height).MostTaps;
        narrowed = new byte[checked(kept * RowBytes)];
    }

    /// <inheritdoc/>
    public override int Width { get; }

    /// <inheritdoc/>
    public override int Height { get; }

    /// <inheritdoc/>
    public override int Channels => source.Channels;

    /// <inheritdoc/>
    public override void Read(Span<byte> row)
    {
        TriangleWindows columns = TriangleWindows.Filled(across, 0, source.Width, Width, 0);
        ReadOnlySpan<int> weights = TriangleWindows.Filled(down, 0, source.Height, Height, kept).Of(next++, out int first);
        for (; read < first + weights.Length; read++)
        {
            source.Read(this.row);
            Narrow(columns, narrowed.AsSpan(read % kept * RowBytes, RowBytes));
        }

        for (int i = 0; i < RowBytes; i++)
        {
            int sum = TriangleWindows.Half;
            for (int tap = 0; tap < weights.Length; tap++)
            {
                sum += weights[tap] * narrowed[((first + tap) % kept * RowBytes) + i];
            }

            row[i] = TriangleWindows.Level(sum);
        }
    }

    private void Narrow(TriangleWindows columns, Span<byte> into)
    {
        for (int x = 0; x < Width; x++)
        {
            ReadOnlySpan<int> weights = columns.Of(x, out int first);
            for (int channel = 0; channel < Channels; channel++)
            {
                int sum = TriangleWindows.Half;
                for (int tap = 0; tap < weights.Length; tap++)
                {
                    sum += weights[tap] * row[((first + tap) * Channels) + channel];
                }

                into[(x * Channels) + channel] = TriangleWindows.Level(sum);
            }
        }
    }
}
