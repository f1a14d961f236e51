using System.Globalization;
using DenseCL.Data.Sources;
using DenseCL.Platform;

namespace DenseCL.Data.Shards;

/// <summary>Packs the images of any source into tar shards in WebDataset's layout, with an index beside them.</summary>
/// <remarks>
/// <code>
/// FOLDER/shard-000000.tar   000000000.jpg 000000000.cls 000000000.json 000000001.jpg …
/// FOLDER/index.jsonl        where each image lies
/// FOLDER/skipped.jsonl      the images that could not be used, and why
/// </code>
/// The same source gives the same bytes, whatever the number of threads. docs/data.md has the details.
/// </remarks>
public static class ShardPack
{
    /// <summary>Makes a pack. The folder appears when all is written, or not at all.</summary>
    /// <param name="source">The images; they keep their order.</param>
    /// <param name="folder">Must not exist, or be empty.</param>
    /// <param name="options">The settings of the pack.</param>
    /// <param name="skipped">Where unusable images are recorded. Every image is decoded, so these are all that the training would
    /// refuse.</param>
    /// <param name="progress">Called after every image; may be null.</param>
    /// <param name="cancellationToken">Stops the work and removes what was written.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="DataException">No image can be used.</exception>
    /// <exception cref="IOException">The folder is not empty, is being written by another run, or the disk fails or is full.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ShardPackProgress Write(
        ImageSource source,
        string folder,
        ShardPackOptions options,
        SkippedImages skipped,
        IProgress<ShardPackProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(skipped);
        ShardPackProgress result = default;
        NewFolder.Write(folder, partial =>
        {
            try
            {
                result = WriteInto(partial, source, options, skipped, progress, cancellationToken);
            }
            catch (IOException e)
            {
                throw new IOException(
                    $"Writing the pack failed: {e.Message.TrimEnd('.')}. Nothing is left of it. "
                    + "If the disk is full, free some space or choose another disk.",
                    e);
            }
        });
        return result;
    }

    private static ShardPackProgress WriteInto(
        string folder,
        ImageSource source,
        ShardPackOptions options,
        SkippedImages skipped,
        IProgress<ShardPackProgress>? progress,
        CancellationToken cancellationToken)
    {
        using var packer = new ImagePacker(options);
        using var writer = new ShardWriter(folder, options, source.ClassNames);
        IReadOnlyList<ImageEntry> entries = source.Entries;
        TaskFactory prepare = new(new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, options.Threads).ConcurrentScheduler);

        // Images are prepared out of order, some of them ahead of the next one to be written.
        var ahead = new Queue<Task<PackedImage>>();
        try
        {
            for (int next = 0, done = 0; done < entries.Count; done++)
            {
                for (; next < entries.Count && ahead.Count < 2 * options.Threads; next++)
                {
                    ImageEntry entry = entries[next];
                    ahead.Enqueue(prepare.StartNew(() => packer.Pack(entry), CancellationToken.None));
                }

                cancellationToken.ThrowIfCancellationRequested();
                using PackedImage image = ahead.Dequeue().GetAwaiter().GetResult();
                if (image.Refusal is { } reason)
                    skipped.Add(entries[done].Name, reason);
                else
                    writer.Add(entries[done], image);

                progress?.Report(State(done + 1));
            }
        }
        finally
        {
            // The tasks use objects that are disposed next. WaitAny, because their exceptions are already being thrown.
            foreach (Task left in ahead)
                Task.WaitAny([left], CancellationToken.None);
        }

        if (writer.Count == 0)
            throw new DataException(
                string.Create(CultureInfo.InvariantCulture, $"None of {entries.Count:N0} images can be used: {skipped.FirstReasons}."));

        writer.EndShard();
        skipped.Write(Path.Combine(folder, "skipped.jsonl"));
        ShardIndex.Write(folder, source.ClassNames, writer.Shards);
        return State(entries.Count);

        ShardPackProgress State(int done) => new(done, entries.Count, writer.Count, writer.Shards.Count, writer.Bytes);
    }
}
