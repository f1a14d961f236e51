using DenseCL.Data;
using DenseCL.Data.Shards;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Labelled;

namespace DenseCL.Transfer.Features;

/// <summary>The centre crops of images, batch by batch, decoded ahead of their use.</summary>
internal static class CroppedImages
{
    /// <summary>Decodes images in order.</summary>
    /// <returns>(n, Size, Size, 3) for each batch; n is <see cref="FeatureOptions.Batch"/> except in the last.</returns>
    /// <exception cref="DataException">An image cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static IEnumerable<byte[]> Batches(
        IReadOnlyList<ImageEntry> images,
        FeatureOptions options,
        PixelDepth depth,
        CancellationToken stop)
    {
        using OpenShards shards = new();
        int batches = (images.Count + options.Batch - 1) / options.Batch;
        using Prefetcher<byte[]> ahead = new(
            options.Threads, batches, (batch, abandoned) => Decode(images, (int)batch * options.Batch, options, depth, shards, abandoned));
        for (int batch = 0; batch < batches; batch++)
        {
            yield return ahead.Next(stop);
        }
    }

    private static byte[] Decode(
        IReadOnlyList<ImageEntry> images,
        int first,
        FeatureOptions options,
        PixelDepth depth,
        OpenShards shards,
        CancellationToken stop)
    {
        int count = Math.Min(options.Batch, images.Count - first), bytes = options.Size * options.Size * 3;
        byte[] batch = GC.AllocateUninitializedArray<byte>(checked(count * bytes));
        CentreCrop crop = new(options.Size, depth);
        for (int i = 0; i < count; i++)
        {
            stop.ThrowIfCancellationRequested();
            ImageEntry entry = images[first + i];
            try
            {
                using ImageFile file = shards.Open(entry, ImageHeaders.Limits);
                crop.Read(file.Read(file.Length), ImageHeaders.Limits, batch.AsSpan(i * bytes, bytes));
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
