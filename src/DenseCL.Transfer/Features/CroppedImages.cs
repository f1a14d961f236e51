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
    /// <returns>(n, Size, Size, channels) for each batch; n is <see cref="FeatureOptions.Batch"/> except in the last.</returns>
    /// <exception cref="DataException">An image cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static IEnumerable<byte[]> Batches(
        IReadOnlyList<ImageEntry> images,
        FeatureOptions options,
        DataOptions normalisation,
        CancellationToken stop)
    {
        using OpenShards shards = new();
        int batches = (images.Count + options.Batch - 1) / options.Batch;
        using Prefetcher<byte[]> ahead = new(
            options.Threads, batches, (batch, abandoned) => Decode(images, (int)batch * options.Batch, options, normalisation, shards, abandoned));
        for (int batch = 0; batch < batches; batch++)
        {
            yield return ahead.Next(stop);
        }
    }

    private static byte[] Decode(
        IReadOnlyList<ImageEntry> images,
        int first,
        FeatureOptions options,
        DataOptions normalisation,
        OpenShards shards,
        CancellationToken stop)
    {
        int count = Math.Min(options.Batch, images.Count - first), bytes = options.Size * options.Size * normalisation.Channels;
        byte[] batch = GC.AllocateUninitializedArray<byte>(checked(count * bytes));
        CentreCrop crop = new(options.Size, normalisation.Depth);
        ImageLimits limits = ImageHeaders.Limits with { Channels = normalisation.Channels };
        for (int i = 0; i < count; i++)
        {
            stop.ThrowIfCancellationRequested();
            ImageEntry entry = images[first + i];
            try
            {
                using ImageFile file = shards.Open(entry, limits);
                crop.Read(file.Read(file.Length), limits, batch.AsSpan(i * bytes, bytes));
            }
            catch (ImageException e)
            {
                throw new DataException(
                    $"{entry.Place} cannot be read: {e.Message}. A test must see the same images every time: repair or remove it.",
                    e);
            }
        }

        return batch;
    }
}
