using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.ExceptionServices;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Platform;

namespace DenseCL.Data.Loading;

/// <summary>Decodes images and makes two views of each, on its own threads, ahead of the training.</summary>
/// <remarks>
/// The bytes do not depend on the number of threads. The order of an epoch, each view and each replacement of a broken image draw from
/// streams that are keyed by their purpose, and a thread writes one image at a time into its place in the batch. Images that do not fill a
/// whole batch at the end of an epoch are left out.
/// </remarks>
internal sealed class TwoViewLoader : IDisposable
{
    // With at most half of the images broken, a hundred failed draws in a row practically never happen.
    private const int MaxReplacements = 100;

    private readonly TwoViewLoaderOptions options;
    private readonly int size;
    private readonly int viewBytes;
    private readonly SourceReader reader;
    private readonly BlockingCollection<(BatchWork Batch, int Slot)> work = [];
    private readonly ConcurrentBag<ViewBuffers> unused = [];
    private readonly CancellationTokenSource stop = new();
    private readonly Thread[] threads;

    /// <summary>Starts the threads; they wait until an epoch is requested.</summary>
    /// <param name="options">What to load.</param>
    /// <exception cref="DataException">The source has fewer images than a batch.</exception>
    public TwoViewLoader(TwoViewLoaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        int images = options.Source.Entries.Count;
        if (images < options.Batch)
        {
            throw new DataException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"There are {images:N0} images, fewer than one batch of {options.Batch:N0}: "
                    + $"choose optim.batch = {LargestPowerOfTwo(images)} or give more images."
                ));
        }

        this.options = options;
        size = options.Augmentation.Size;
        viewBytes = size * size * options.Augmentation.Channels;
        BatchesPerEpoch = images / options.Batch;
        reader = new SourceReader(options.Source, options.Augmentation.Shuffle, options.Limits);
        threads = [.. Enumerable.Range(0, options.Threads).Select(i =>
        {
            var views = new TwoViews(options.Augmentation); // made here, because nothing could catch an exception on the thread
            return new Thread(() => Work(views)) { IsBackground = true, Name = string.Create(CultureInfo.InvariantCulture, $"DenseCL loader {i}") };
        })];
        foreach (Thread thread in threads)
            thread.Start();
    }

    /// <summary>
    /// The default number of threads: one processor is left for the training, and more than 8 threads rarely help one device.
    /// </summary>
    public static int DefaultThreads { get; } = Math.Clamp(Environment.ProcessorCount - 1, 1, 8);

    /// <summary>Whole batches in an epoch, at least 1.</summary>
    public int BatchesPerEpoch { get; }

    internal int ThreadsAlive => threads.Count(t => t.IsAlive);

    private CounterRandom Random(RandomPurpose purpose, params ReadOnlySpan<int> parts)
    {
        Span<ulong> key = stackalloc ulong[parts.Length + 1];
        key[0] = (ulong)purpose;
        for (int i = 0; i < parts.Length; i++)
            key[i + 1] = (ulong)parts[i];

        return new CounterRandom(options.Seed, key);
    }

    /// <summary>The batches of one epoch.</summary>
    /// <param name="epoch">Number of the epoch, at least 0.</param>
    /// <param name="firstBatch">The batch to begin with, in [0, <see cref="BatchesPerEpoch"/>]; earlier batches are not computed.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The batches in order; the consumer disposes each.</returns>
    /// <exception cref="DataException">Too many images cannot be decoded, or an error occurred that is not the image's fault.</exception>
    public IEnumerable<ViewBatch> Epoch(int epoch, int firstBatch, CancellationToken cancellationToken) =>
        Epochs(epoch, firstBatch, epoch + 1, cancellationToken);

    /// <summary>
    /// The batches of several epochs in one enumeration: the first batches of an epoch are prepared while the last ones of the previous
    /// epoch are trained on.
    /// </summary>
    /// <param name="epoch">Number of the first epoch, at least 0.</param>
    /// <param name="firstBatch">The batch of the first epoch to begin with, in [0, <see cref="BatchesPerEpoch"/>]; earlier batches are not
    /// computed.</param>
    /// <param name="endEpoch">The end, exclusive: greater than <paramref name="epoch"/>.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The batches in order; the consumer disposes each.</returns>
    /// <exception cref="DataException">Too many images cannot be decoded, or an error occurred that is not the image's fault.</exception>
    public IEnumerable<ViewBatch> Epochs(int epoch, int firstBatch, int endEpoch, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(firstBatch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstBatch, BatchesPerEpoch);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(endEpoch, epoch);
        ObjectDisposedException.ThrowIf(stop.IsCancellationRequested, this);
        return Load(epoch, firstBatch, endEpoch, cancellationToken);
    }

    /// <summary>Ends the threads, each after its current image. Batches that are not disposed stay valid.</summary>
    public void Dispose()
    {
        if (stop.IsCancellationRequested) return;

        stop.Cancel();
        foreach (Thread thread in threads)
            thread.Join();

        work.Dispose();
        reader.Dispose();
        stop.Dispose();
    }

    // The consumer itself hands out work whenever it asks for a batch: at most Prefetch batches are in progress, and there is no extra
    // thread to stop.
    private IEnumerable<ViewBatch> Load(int epoch, int batch, int endEpoch, CancellationToken cancellationToken)
    {
        var underWay = new Queue<BatchWork>();
        try
        {
            int[]? order = null;
            while (true)
            {
                TopUp();
                if (!underWay.TryPeek(out BatchWork? next)) yield break;

                Await(next, cancellationToken);
                underWay.Dequeue();
                TopUp();
                yield return new ViewBatch(next.Epoch, next.Index, size, next.Buffers, Recycle);
            }

            void TopUp()
            {
                while (underWay.Count < options.Prefetch)
                {
                    if (batch == BatchesPerEpoch)
                        (epoch, batch, order) = (epoch + 1, 0, null);
                    if (epoch >= endEpoch) return;

                    order ??= reader.Order(Random(RandomPurpose.Shuffle, epoch));
                    underWay.Enqueue(Start(epoch, batch++, order));
                }
            }
        }
        finally
        {
            // The enumeration was left early: the threads drop what they have not begun. They may still write to the buffers, so the
            // buffers go to the garbage collector, not back to the pool.
            foreach (BatchWork abandoned in underWay)
                abandoned.Fail(new OperationCanceledException());
        }
    }

    private BatchWork Start(int epoch, int index, int[] order)
    {
        ObjectDisposedException.ThrowIf(stop.IsCancellationRequested, this);
        ViewBuffers buffers = unused.TryTake(out ViewBuffers? recycled) ? recycled : new ViewBuffers(options.Batch, viewBytes);
        var batch = new BatchWork(epoch, index, order, buffers);
        for (int slot = 0; slot < options.Batch; slot++)
            work.Add((batch, slot), CancellationToken.None);

        return batch;
    }

    private void Await(BatchWork batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(stop.IsCancellationRequested, this);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, cancellationToken);
        try
        {
            batch.Wait(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException("The loader was disposed while the consumer was waiting for a batch.", e);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (batch.Failure is { } failure) ExceptionDispatchInfo.Throw(failure);
    }

    // A consumer that keeps many batches gets new memory for further ones. When it returns more than the usual number, the extra memory is
    // not kept.
    private void Recycle(ViewBuffers buffers)
    {
        if (unused.Count <= options.Prefetch) unused.Add(buffers);
    }

    private void Work(TwoViews views)
    {
        try
        {
            foreach ((BatchWork batch, int slot) in work.GetConsumingEnumerable(stop.Token))
            {
                if (batch.Failure is null) Fill(batch, slot, views);
                batch.UnitDone();
            }
        }
        catch (OperationCanceledException)
        {
            // The loader was disposed.
        }
    }

    private void Fill(BatchWork batch, int slot, TwoViews views)
    {
        int position = (batch.Index * options.Batch) + slot;
        int index = batch.Order[position];
        try
        {
            for (int attempt = 0; !TryDecode(batch.Epoch, index, views); attempt++)
            {
                if (attempt == MaxReplacements)
                    throw new DataException(
                        $"No image could be decoded in {MaxReplacements} draws: {options.Skipped.FirstReasons}. "
                        + $"Check that the disk of {options.Source.Root} can be read."
                    );

                index = Random(RandomPurpose.Replacement, batch.Epoch, position, attempt).NextInt(options.Source.Entries.Count);
            }

            batch.Buffers.Images[slot] = index;
            for (int view = 0; view < 2; view++)
                batch.Buffers.Geometry[view][slot] = views.Make(view, batch.Buffers.Views[view].AsSpan(slot * viewBytes, viewBytes));
        }
        catch (DataException e)
        {
            batch.Fail(e);
        }
        catch (Exception e)
        {
            batch.Fail(new DataException($"Loading {options.Source.Entries[index].Place} failed: {e.Message}", e));
        }
    }

    private bool TryDecode(int epoch, int index, TwoViews views)
    {
        try
        {
            using ImageFile file = reader.Open(index);
            views.Decode(
                file.Read(file.Length),
                options.Limits,
                Random(RandomPurpose.View, epoch, index, 0),
                Random(RandomPurpose.View, epoch, index, 1));
            return true;
        }
        catch (ImageException e)
        {
            if (options.Skipped.Add(options.Source.Entries[index].Name, e.Message))
                options.Skipped.Check(options.Source.FoundCount, options.MaxBadShare);
            return false;
        }
    }

    private static int LargestPowerOfTwo(int atMost) => 1 << int.Log2(atMost);
}
