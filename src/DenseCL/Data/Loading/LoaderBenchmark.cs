using System.Diagnostics;
using DenseCL.Data.Shards;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;

namespace DenseCL.Data.Loading;

/// <summary>
/// How fast files become pairs of views, without any training to wait for. The files are read once before, so they come from the system's
/// cache.
/// </summary>
public static class LoaderBenchmark
{
    private const int Batch = 16;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);    // the runtime finishes compiling hot code during this time
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(4);

    /// <summary>Loads all images for some seconds, and then decodes them for some seconds.</summary>
    /// <param name="source">The images; few enough for the cache. Images that do not fill a batch of 16 are left out of an epoch.</param>
    /// <param name="options">Size and distribution of the views, and the threads; <c>auto</c> is
    /// <see cref="TwoViewLoader.DefaultThreads"/>.</param>
    /// <param name="stop">Ends the measurement.</param>
    /// <exception cref="DataException">More images than <see cref="DataOptions.MaxBadShare"/> allows cannot be decoded.</exception>
    public static LoaderSpeed Run(ImageSource source, DataOptions options, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        int threads = options.Threads ?? TwoViewLoader.DefaultThreads;
        double loaded = Load(source, options, threads, stop);
        double decoded = Decode(source, ImageLimits.Of(options), options.Depth, threads, stop);
        using Process process = Process.GetCurrentProcess();
        return new LoaderSpeed(source.Entries.Count, threads, loaded, decoded, process.PeakWorkingSet64 >> 20);
    }

    private static double Load(ImageSource source, DataOptions options, int threads, CancellationToken stop)
    {
        using TwoViewLoader loader = new(new TwoViewLoaderOptions
        {
            Source = source,
            Augmentation = options,
            Batch = Math.Min(Batch, source.Entries.Count),
            Threads = threads,
            Prefetch = options.Prefetch,
            Limits = ImageLimits.Of(options),
            MaxBadShare = options.MaxBadShare,
        });
        using IEnumerator<ViewBatch> batches = loader.Epochs(0, 0, int.MaxValue, stop).GetEnumerator();
        return Rate(Epoch);

        int Epoch()
        {
            int images = 0;
            for (int i = 0; i < loader.BatchesPerEpoch && batches.MoveNext(); i++)
            {
                images += batches.Current.Images.Length;
                batches.Current.Dispose();
            }

            return images;
        }
    }

    private static double Decode(ImageSource source, ImageLimits limits, PixelDepth depth, int threads, CancellationToken stop)
    {
        using OpenShards shards = new();
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads, CancellationToken = stop };
        return Rate(All);

        int All()
        {
            int images = 0;
            Parallel.For(0, source.Entries.Count, parallel, () => new RgbImage(), (i, _, image) => One(i, image, ref images), _ => { });
            return images;
        }

        RgbImage One(int index, RgbImage image, ref int images)
        {
            try
            {
                using ImageFile file = shards.Open(source.Entries[index], limits);
                ImageDecoder.Decode(file.Read(file.Length), image, limits, depth);
                Interlocked.Increment(ref images);
            }
            catch (ImageException)
            {
                // The loader replaces it with another image and has recorded it; here it does not count.
            }

            return image;
        }
    }

    // Whole passes over the images, so every image counts equally often.
    private static double Rate(Func<int> pass)
    {
        Passes(WarmUp);
        (int images, TimeSpan time) = Passes(Measured);
        return images / time.TotalSeconds;

        (int Images, TimeSpan Time) Passes(TimeSpan atLeast)
        {
            long start = Stopwatch.GetTimestamp();
            int images = 0;
            TimeSpan time;
            do
            {
                images += pass();
                time = Stopwatch.GetElapsedTime(start);
            }
            while (time < atLeast);

            return (images, time);
        }
    }
}
