using DenseCL.Data;
using DenseCL.Images;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;

namespace DenseCL.Transfer.Segmentation.Training;

/// <summary>Makes batches of crops in the background, ahead of the training; they do not depend on timing.</summary>
/// <remarks>
/// The images are used in rounds, each in a new random order, without a break between rounds: fewer images than a batch are enough. Order
/// and crop are keyed by (seed, round) and (seed, position in the training).
/// </remarks>
/// <param name="data">Reads the masks.</param>
/// <param name="images">The training images, at least 1.</param>
/// <param name="options">Crops, batch and steps.</param>
/// <param name="normalisation">Crops are padded with its mean.</param>
/// <param name="seed">The seed of all random numbers.</param>
/// <param name="first">The step of the first batch, from 0.</param>
/// <param name="ahead">Batches made ahead, at least 1.</param>
internal sealed class SegmentationLoader(
    SegmentationData data,
    IReadOnlyList<SegmentationImage> images,
    SegmentationOptions options,
    DataOptions normalisation,
    ulong seed,
    long first = 0,
    int ahead = 2) : IDisposable
{
    private readonly Prefetcher<SegmentationBatch> batches = new(
        ahead, long.MaxValue, (step, stop) => Make(data, images, options, normalisation, seed, first + step, stop));

    /// <summary>The batch of the next step.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DataException">An image or mask cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public SegmentationBatch Next(CancellationToken cancellationToken) => batches.Next(cancellationToken);

    private static SegmentationBatch Make(
        SegmentationData data,
        IReadOnlyList<SegmentationImage> images,
        SegmentationOptions options,
        DataOptions normalisation,
        ulong seed,
        long step,
        CancellationToken stop)
    {
        int pixels = options.CropHeight * options.CropWidth, bytes = pixels * normalisation.Channels;
        SegmentationBatch batch = new(new byte[checked(options.Batch * bytes)], new byte[options.Batch * pixels]);
        SegmentationCrop crop = new(options, normalisation);
        RgbImage image = new();
        int[] order = [];
        long round = -1;
        for (int slot = 0; slot < options.Batch; slot++)
        {
            stop.ThrowIfCancellationRequested();
            long position = (step * options.Batch) + slot;
            if (position / images.Count != round)
            {
                round = position / images.Count;
                order = new CounterRandom(seed, (ulong)RandomPurpose.SegmentationOrder, (ulong)round).Permutation(images.Count);
            }

            SegmentationImage labelled = images[order[position % images.Count]];
            Mask mask = Read(data, labelled, image, normalisation);
            crop.Make(
                image,
                mask,
                new CounterRandom(seed, (ulong)RandomPurpose.SegmentationCrop, (ulong)position),
                batch.Pixels.AsSpan(slot * bytes, bytes),
                batch.Labels.AsSpan(slot * pixels, pixels));
        }

        return batch;
    }

    /// <summary>Reads an image and its mask.</summary>
    /// <param name="data">Reads the mask.</param>
    /// <param name="labelled">The image.</param>
    /// <param name="image">Receives the image.</param>
    /// <param name="normalisation">Its channels, and which values of more than 8 bits become black and white.</param>
    /// <exception cref="DataException">They cannot be read, or no longer have the same size.</exception>
    public static Mask Read(SegmentationData data, SegmentationImage labelled, RgbImage image, DataOptions normalisation)
    {
        try
        {
            ImageLimits limits = ImageLimits.Default with { Channels = normalisation.Channels };
            ImageDecoder.Decode(labelled.ImagePath, image, limits, normalisation.Depth);
        }
        catch (ImageException e)
        {
            throw new DataException(
                $"The image {labelled.ImagePath} cannot be used: {e.Message}. Repair it, or remove it and its mask.",
                e);
        }

        Mask mask = data.ReadMask(labelled);
        return mask.Width == image.Width && mask.Height == image.Height
            ? mask
            : throw new DataException(
                $"{labelled.ImagePath} and its mask no longer have the same size: they were changed while they were read.");
    }

    /// <summary>Waits for the batches in progress.</summary>
    public void Dispose() => batches.Dispose();
}
