using DenseCL.Data.Loading;
using DenseCL.Data.Sources;
using DenseCL.Recipes;

namespace DenseCL.Tests.Data.Shards;

/// <summary>All that a loader makes of a source in an epoch.</summary>
internal static class Batches
{
    public static List<(string[] Names, byte[] Query, byte[] Key)> Of(
        ImageSource source,
        Shuffle shuffle,
        int threads = 2,
        int first = 0,
        SkippedImages? skipped = null)
    {
        using var loader = new TwoViewLoader(new TwoViewLoaderOptions
        {
            Source = source,
            Augmentation = new DataOptions { Size = 32, Shuffle = shuffle },
            Batch = 3,
            Seed = 5,
            Threads = threads,
            MaxBadShare = 0.5,
            Skipped = skipped ?? new(),
        });
        var all = new List<(string[], byte[], byte[])>();
        foreach (ViewBatch batch in loader.Epoch(1, first, TestContext.Current.CancellationToken))
        {
            using (batch)
                all.Add(([.. batch.Images.Select(i => source.Entries[i].Name)], [.. batch.Query], [.. batch.Key]));
        }

        return all;
    }
}
