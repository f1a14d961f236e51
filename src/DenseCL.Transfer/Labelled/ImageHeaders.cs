using DenseCL.Data;
using DenseCL.Data.Shards;
using DenseCL.Data.Sources;
using DenseCL.Images;

namespace DenseCL.Transfer.Labelled;

/// <summary>Checks the headers of images that will be classified.</summary>
internal static class ImageHeaders
{
    /// <summary>Every size is accepted: images that are too small to train on must still be classified.</summary>
    public static ImageLimits Limits { get; } = new() { MinSide = 1 };

    /// <summary>Reads the header of every image, so that unusable images are reported before any work.</summary>
    /// <exception cref="DataException">Some cannot be read.</exception>
    public static void Check(string place, IReadOnlyList<ImageEntry> images, int threads, CancellationToken stop)
    {
        using OpenShards shards = new();
        SkippedImages bad = new();
        Parallel.For(0, images.Count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = stop }, i =>
        {
            try
            {
                using ImageFile file = shards.Open(images[i], Limits);
                ImageDecoder.ReadHeader(file, Limits);
            }
            catch (ImageException e)
            {
                bad.Add(images[i].Name, e.Message);
            }
        });
        if (bad.Count > 0)
        {
            string first = string.Join(", ", bad.Entries.Take(3).Select(entry => $"{entry.File} ({entry.Reason})"));
            throw new DataException(
                FormattableString.Invariant(
                    $"{bad.Count:N0} of {images.Count:N0} images of {place} cannot be read: {first}{(bad.Count > 3 ? ", …" : "")}. A test must see the same images every time: repair or remove them."
                ));
        }
    }
}
