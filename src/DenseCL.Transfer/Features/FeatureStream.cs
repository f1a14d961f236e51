using System.Runtime.CompilerServices;
using System.Threading.Channels;
using DenseCL.Data;
using DenseCL.Data.Shards;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Features;

/// <summary>
/// The features of a folder of images, image by image: they are computed while the program uses the ones before, and only a few are in
/// memory at a time.
/// </summary>
/// <remarks>Images come in the order in which people count: image2 before image10.</remarks>
public static class FeatureStream
{
    private const int BatchesAhead = 2, MapsAhead = 1;

    /// <summary>A vector for each image: the average of the last feature map over all positions, as <c>eval knn</c> uses it.</summary>
    /// <param name="weights">The backbone.</param>
    /// <param name="images">The images.</param>
    /// <param name="options">Size, batch and threads; the defaults if null.</param>
    /// <param name="skipped">Receives images that cannot be used, which are then left out; if it is null, such an image is an
    /// error.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="DataException">An image cannot be read and <paramref name="skipped"/> is null, or the backbone computes numbers
    /// that are not finite.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static IAsyncEnumerable<ImageFeatures> Pooled(
        BackboneSource weights, ImageSource images, FeatureOptions? options = null, SkippedImages? skipped = null, CancellationToken stop = default) =>
        Features(PooledWithPixels(weights, images, options ?? new(), skipped, stop), stop);

    /// <summary>A feature map for each image, whole, as <c>eval dense-probe</c> uses it.</summary>
    /// <param name="weights">The backbone.</param>
    /// <param name="images">The images.</param>
    /// <param name="options">Stride, stages and size; the defaults if null.</param>
    /// <param name="skipped">Receives images that cannot be used, which are then left out; if it is null, such an image is an
    /// error.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="DataException">An image cannot be read and <paramref name="skipped"/> is null, or the backbone computes numbers
    /// that are not finite.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static IAsyncEnumerable<ImageFeatures> Maps(
        BackboneSource weights, ImageSource images, FeatureMapOptions? options = null, SkippedImages? skipped = null, CancellationToken stop = default) =>
        Features(MapsWithPixels(weights, images, options ?? new(), skipped, stop), stop);

    internal static IAsyncEnumerable<SeenImage> PooledWithPixels(
        BackboneSource weights, ImageSource images, FeatureOptions options, SkippedImages? skipped, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(images);
        return InBackground<SeenImage>(BatchesAhead * options.Batch, Pool, stop);

        void Pool(Action<SeenImage> give, CancellationToken cancelled)
        {
            Device device = EvaluationDevice.Choose();
            using Backbone backbone = weights.Build();
            backbone.to(device);
            using PixelNormalisation normalise = new(weights.Normalisation, device);
            int bytes = options.Size * options.Size * weights.Normalisation.Channels;
            foreach (CroppedBatch cropped in CroppedImages.Batches(InOrder(images), options, weights.Normalisation, skipped, cancelled))
            {
                if (cropped.Images.Count == 0)
                {
                    continue;
                }

                float[] pooled = PoolBatch(backbone, normalise, cropped, options.Size);
                int channels = pooled.Length / cropped.Images.Count;
                foreach ((int i, ImageEntry image) in cropped.Images.Index())
                {
                    float[] values = pooled.AsSpan(i * channels, channels).ToArray();
                    give(new SeenImage(
                        new ImageFeatures(image.Name, 1, 1, channels, values),
                        RgbImage.Shown(cropped.Pixels.Span.Slice(i * bytes, bytes), weights.Normalisation.Channels), options.Size, options.Size));
                }
            }
        }
    }

    internal static IAsyncEnumerable<SeenImage> MapsWithPixels(
        BackboneSource weights, ImageSource images, FeatureMapOptions options, SkippedImages? skipped, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(images);
        return InBackground<SeenImage>(MapsAhead, Compute, stop);

        void Compute(Action<SeenImage> give, CancellationToken cancelled)
        {
            using OpenShards shards = new();
            using FeatureMaps maps = new(weights, options);
            foreach (ImageEntry image in InOrder(images))
            {
                cancelled.ThrowIfCancellationRequested();
                try
                {
                    give(MapOf(maps, image, shards));
                }
                catch (ImageException e) when (skipped is not null)
                {
                    skipped.Add(image.Name, e.Message);
                }
                catch (ImageException e)
                {
                    throw new DataException($"{image.Place} cannot be read: {e.Message}. Repair or remove it.", e);
                }
            }
        }
    }

    private static async IAsyncEnumerable<ImageFeatures> Features(
        IAsyncEnumerable<SeenImage> images, [EnumeratorCancellation] CancellationToken stop = default)
    {
        await foreach (SeenImage image in images.WithCancellation(stop).ConfigureAwait(false))
        {
            yield return image.Features;
        }
    }

    private static ImageEntry[] InOrder(ImageSource images) => [.. images.Entries.OrderBy(entry => entry.Name, NaturalOrder.Instance)];

    private static float[] PoolBatch(Backbone backbone, PixelNormalisation normalise, CroppedBatch cropped, int size)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor pooled = PooledFeatures.Pool(backbone, normalise.Apply(cropped.Pixels.Span, size, size));        // (n, C)
        PooledFeatures.RefuseNotFinite(pooled);
        return pooled.cpu().data<float>().ToArray();
    }

    private static SeenImage MapOf(FeatureMaps maps, ImageEntry image, OpenShards shards)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor map = maps.Of(image, shards);                                                                    // (1, C, h, w)
        PooledFeatures.RefuseNotFinite(map);
        float[] values = map[0].permute(1, 2, 0).contiguous().cpu().data<float>().ToArray();                    // (h, w, C)
        ImageFeatures features = new(image.Name, (int)map.shape[2], (int)map.shape[3], (int)map.shape[1], values);
        return new SeenImage(features, RgbImage.Shown(maps.Seen.Pixels, maps.Seen.Channels), maps.Seen.Width, maps.Seen.Height);
    }

    /// <summary>
    /// Runs the work on a thread of its own: libtorch keeps threads for each thread that computes, so it should always be the same one.
    /// </summary>
    private static async IAsyncEnumerable<T> InBackground<T>(
        int ahead, Action<Action<T>, CancellationToken> work, [EnumeratorCancellation] CancellationToken stop)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        CancellationToken cancelled = ended.Token;
        Channel<T> made = Channel.CreateBounded<T>(new BoundedChannelOptions(ahead) { SingleReader = true, SingleWriter = true });
        Task working = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await foreach (T item in made.Reader.ReadAllAsync(stop).ConfigureAwait(false))
            {
                yield return item;
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);        // where the caller has enough before the end
            await working.ConfigureAwait(false);
        }

        void Work()
        {
            try
            {
                work(item => made.Writer.WriteAsync(item, cancelled).AsTask().GetAwaiter().GetResult(), cancelled);
                made.Writer.Complete();
            }
            catch (Exception e)
            {
                made.Writer.Complete(e);
            }
        }
    }
}
