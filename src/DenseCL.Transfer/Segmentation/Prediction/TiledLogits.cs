using DenseCL.Compute;
using DenseCL.Images.Rows;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>The logits of a large image from overlapping tiles, row of tiles by row of tiles. They are blended where tiles overlap.</summary>
internal sealed class TiledLogits : IDisposable
{
    private readonly Func<byte[], int, int, Tensor> network;
    private readonly PixelRows image;
    private readonly TileGrid across;
    private readonly TileGrid down;
    private readonly int stride;
    private readonly byte[] strip;      // the rows of the image that the current tiles see
    private Tensor? band;
    private int read;
    private int next;

    /// <param name="network">The logits (1, K, h, w) float32 of pixels (height, width, channels).</param>
    /// <param name="image">The image.</param>
    /// <param name="tile">Pixels of a tile along a side, a multiple of <see cref="TileGrid.Step"/>.</param>
    /// <param name="stride">Pixels of a position of the logits; a divisor of <see cref="TileGrid.Step"/>.</param>
    public TiledLogits(Func<byte[], int, int, Tensor> network, PixelRows image, int tile, int stride)
    {
        (this.network, this.image, this.stride) = (network, image, stride);
        (across, down) = (new TileGrid(image.Width, tile), new TileGrid(image.Height, tile));
        strip = new byte[checked((long)Enumerable.Range(0, down.Count).Max(row => down.End(row) - down.Start(row)) * image.RowBytes)];
    }

    /// <summary>Positions of the whole image from top to bottom.</summary>
    public int Height => Positions(image.Height);

    /// <summary>Rows of tiles.</summary>
    public int Parts => down.Count;

    /// <summary>The first row of positions in <see cref="Band"/>.</summary>
    public int First { get; private set; }

    /// <summary>How many rows, counted from the top of the image, are finished.</summary>
    public int Finished { get; private set; }

    /// <summary>(1, K, rows, width): the logits from row <see cref="First"/> on.</summary>
    public Tensor Band => band!;

    /// <summary>Computes the next row of tiles.</summary>
    /// <param name="needed">The first row of positions that is still needed.</param>
    /// <param name="stop">Ends the work.</param>
    public void Next(int needed, CancellationToken stop)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        int top = down.Start(next), height = down.End(next) - top, rows = Positions(height), from = top / stride;
        ReadStrip(top, height);
        Tensor? sum = null;
        foreach (int column in Enumerable.Range(0, across.Count))
        {
            stop.ThrowIfCancellationRequested();
            using DisposeScope one = NewDisposeScope();
            int left = across.Start(column), width = across.End(column) - left;
            Tensor logits = network(Part(left, width, height), height, width);
            float[] x = across.Weights(column, stride, (int)logits.shape[3]), y = down.Weights(next, stride, rows);
            Tensor weighted = logits.mul_(tensor(x, device: logits.device)).mul_(tensor(y, device: logits.device).unsqueeze(1));
            sum ??= Extended(logits, needed, from + rows).MoveToOuterDisposeScope();
            sum.narrow(2, from - First, rows).narrow(3, left / stride, weighted.shape[3]).AddInPlace(weighted);
        }

        band?.Dispose();
        band = sum!.DetachFromDisposeScope();
        next++;
        Finished = next == down.Count ? Height : down.Start(next) / stride;
    }

    /// <inheritdoc/>
    public void Dispose() => band?.Dispose();

    private int Positions(int pixels) => (pixels + stride - 1) / stride;

    /// <summary>What is still needed of the band, and zeros up to a row.</summary>
    private Tensor Extended(Tensor like, int needed, int end)
    {
        int kept = band is null ? 0 : First + (int)band.shape[2] - needed;
        Tensor extended = zeros(1, like.shape[1], end - needed, Positions(image.Width), device: like.device);
        if (kept > 0)
        {
            extended.narrow(2, 0, kept).copy_(band!.narrow(2, needed - First, kept));
        }

        First = needed;
        return extended;
    }

    private void ReadStrip(int top, int height)
    {
        int rowBytes = image.RowBytes, keptRows = read - top;
        if (keptRows > 0 && top > 0)
        {
            int before = down.Start(next - 1);
            Buffer.BlockCopy(strip, (top - before) * rowBytes, strip, 0, keptRows * rowBytes);
        }

        for (; read < top + height; read++)
        {
            image.Read(strip.AsSpan((read - top) * rowBytes, rowBytes));
        }
    }

    private byte[] Part(int left, int width, int height)
    {
        int bytes = width * image.Channels;
        byte[] part = new byte[height * bytes];
        for (int y = 0; y < height; y++)
        {
            strip.AsSpan((y * image.RowBytes) + (left * image.Channels), bytes).CopyTo(part.AsSpan(y * bytes));
        }

        return part;
    }
}
