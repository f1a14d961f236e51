using DenseCL.Data;
using DenseCL.Data.Shards;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Recipes;
using DenseCL.Transfer.Labelled;

namespace DenseCL.Transfer.Features;

/// <summary>The centre crops of images, batch by batch, decoded ahead of their use.</summary>
internal static class CroppedImages
{
    /// <summary>Decodes images in order.</summary>
    /// <param name="images">The images.</param>
    /// <param name="options">Size, batch and threads.</param>
    /// <param name="normalisation">The channels, and which values of more than 8 bits become black and white.</param>
    /// <param name="skipped">Receives images that cannot be used, which are then left out; null if none may be left out.</param>
    /// <param name="stop">Ends the work.</param>
    /// <returns>A batch for each <see cref="FeatureOptions.Batch"/> images, without those that were left out; it may be empty.</returns>
    /// <exception cref="DataException">An image cannot be read, and none may be left out.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static IEnumerable<CroppedBatch> Batches(
        IReadOnlyList<ImageEntry> images,
        FeatureOptions options,
        DataOptions normalisation,
        SkippedImages? skipped,
        CancellationToken stop)
    {
        using OpenShards shards = new();
        int batches = (images.Count + options.Batch - 1) / options.Batch;
        using Prefetcher<CroppedBatch> ahead = new(
            options.Threads,
            batches,
            (batch, abandoned) => Decode(images, (int)batch * options.Batch, options, normalisation, shards, skipped, abandoned));
        for (int batch = 0; batch < batches; batch++)
        {
            yield return ahead.Next(stop);
        }
    }

    private static CroppedBatch Decode(
        IReadOnlyList<ImageEntry> images,
        int first,
        FeatureOptions options,
        DataOptions normalisation,
        OpenShards shards,
        SkippedImages? skipped,
        CancellationToken stop)
    {
        int count = Math.Min(options.Batch, images.Count - first), bytes = options.Size * options.Size * normalisation.Channels;
        byte[] pixels = GC.AllocateUninitializedArray<byte>(checked(count * bytes));
        List<ImageEntry> used = [];
        CentreCrop crop = new(options.Size, normalisation.Depth);
        ImageLimits limits = ImageHeaders.Limits with { Channels = normalisation.Channels };
        for (int i = 0; i < count; i++)
        {
            stop.ThrowIfCancellationRequested();
            ImageEntry entry = images[first + i];
            try
            {
                using ImageFile file = shards.Open(entry, limits);
                crop.Read(file.Read(file.Length), limits, pixels.AsSpan(used.Count * bytes, bytes));
                used.Add(entry);
            }
            catch (ImageException e) when (skipped is not null)
            {
                skipped.Add(entry.Name, e.Message);
            }
            catch (ImageException e)
            {
                throw new DataException(
                    $"{entry.Place} cannot be read: {e.Message}. A test must see the same images every time: repair or remove it.",
                    e);
            }
        }

        return new CroppedBatch(pixels.AsMemory(0, used.Count * bytes), used);
    }
}
