using DenseCL.Images.Rows;
using DenseCL.Platform;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Segmentation.Models;
using DenseCL.Transfer.Segmentation.Network;
using DenseCL.Transfer.Segmentation.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>Finds the class of every pixel of images of any size. Small ones pass the network as a whole, as in the evaluation.</summary>
internal sealed class ImagePrediction : IDisposable
{
    private const long WholePixels = 1 << 21;
    private const int UsualTile = 1024;
    private const int SmallestTile = 512;
    private const int RowsAtOnce = 64;

    private readonly SegmentationModel model;
    private readonly PredictionOptions options;
    private readonly SegmentationPredictor predictor;
    private readonly int stride;

    /// <param name="model">The model; it is moved to the device.</param>
    /// <param name="options">Size and tiles.</param>
    public ImagePrediction(SegmentationModel model, PredictionOptions options)
    {
        (this.model, this.options) = (model, options);
        Device device = EvaluationDevice.Choose();
        model.Network.To(device);
        SegmentationOptions protocol = model.Options with { Precision = TorchRuntime.Choose(options.Precision, device) };
        predictor = new SegmentationPredictor(model.Network, protocol, model.Reading, device);
        using DisposeScope scope = NewDisposeScope();
        stride = 64 / (int)predictor.OwnLogits(new byte[64 * 64 * model.Reading.Channels], 64, 64).shape[3];
    }

    /// <summary>The size at which the network sees an image.</summary>
    public (int Width, int Height) Seen(int width, int height) => options.Scale is { } scale
        ? (Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)))
        : SegmentationCrop.Resized(width, height, model.Options.ShortSide);

    /// <summary>Predicts an image, row by row.</summary>
    /// <param name="image">The image.</param>
    /// <param name="write">Receives some rows, in order: the class of each pixel, and its probability 0 … 255, if that is wanted.</param>
    /// <param name="progress">Receives the share that is done, 0 … 1.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="Images.ImageException">The image is truncated or damaged.</exception>
    public void Run(RowImage image, PredictedRows write, Action<double>? progress, CancellationToken stop)
    {
        (int width, int height) = Seen(image.Width, image.Height);
        using PixelRows rows = image.Rows();
        PixelRows seen = (width, height) == (image.Width, image.Height) ? rows : new ResampledRows(rows, width, height);
        if (options.Tile == 0 || (options.Tile is null && (long)width * height <= WholePixels))
        {
            Whole(image, seen, write, stop);
        }
        else
        {
            Tiled(image, seen, write, progress, stop);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => predictor.Dispose();

    private void Whole(RowImage image, PixelRows seen, PredictedRows write, CancellationToken stop)
    {
        using DisposeScope scope = NewDisposeScope();
        byte[] pixels = new byte[checked(seen.RowBytes * seen.Height)];
        for (int y = 0; y < seen.Height; y++)
        {
            seen.Read(pixels.AsSpan(y * seen.RowBytes, seen.RowBytes));
        }

        Tensor logits = predictor.Logits(pixels, seen.Height, seen.Width, stop).cpu();
        Write(logits, Tap.Of(seen.Height, image.Height), 0, image.Height, firstGiven: 0, image.Width, write, stop);
    }

    private void Tiled(RowImage image, PixelRows seen, PredictedRows write, Action<double>? progress, CancellationToken stop)
    {
        int tile = Math.Max(SmallestTile, options.Tile ?? UsualTile) / TileGrid.Step * TileGrid.Step;
        using TiledLogits tiles = new((part, height, width) => predictor.OwnLogits(part, height, width), seen, tile, stride);
        Tap[] down = Tap.Of(tiles.Height, image.Height);
        int row = 0;
        for (int part = 1; part <= tiles.Parts; part++)
        {
            tiles.Next(down[row].Low, stop);
            int end = row;
            while (end < down.Length && down[end].High < tiles.Finished)
            {
                end++;
            }

            using DisposeScope scope = NewDisposeScope();
            Tensor band = tiles.Band.cpu();
            Write(band, down, row, end, tiles.First, image.Width, write, stop);
            row = end;
            progress?.Invoke((double)part / tiles.Parts);
        }
    }

    private void Write(Tensor logits, Tap[] down, int first, int end, int firstGiven, int width, PredictedRows write, CancellationToken stop)
    {
        byte[] classes = new byte[RowsAtOnce * width], confidence = options.Confidence ? new byte[classes.Length] : [];
        for (int row = first; row < end; row += RowsAtOnce)
        {
            stop.ThrowIfCancellationRequested();
            int count = Math.Min(RowsAtOnce, end - row);
            EnlargedRows rows = new(down, row, count, firstGiven);
            Span<byte> of = classes.AsSpan(0, count * width), sure = options.Confidence ? confidence.AsSpan(0, count * width) : [];
            EnlargedLogits.Largest(logits, rows, width, of, sure);
            write(row, of, sure);
        }
    }
}
