using DenseCL.Data.Sources;
using DenseCL.Images;

namespace DenseCL.Data.Shards;

/// <summary>
/// Reads a run of neighbouring images at once and keeps it while its images are requested: large sequential reads, which network and
/// rotating disks need.
/// </summary>
/// <param name="entries">The images.</param>
/// <param name="runs">Their runs.</param>
/// <param name="shards">Where the bytes come from.</param>
internal sealed class RunReader(IReadOnlyList<ImageEntry> entries, ImageRuns runs, OpenShards shards)
{
    // In a tar of another program there may be much data between two images.
    private const long MostBytesAtOnce = 16 << 20;

    // Two windows: batches of the next one are prepared while the last batches of the current one are trained on.
    private const long MostBytesKept = 512 << 20;

    private readonly int[] starts = SplitAtShards(entries, runs.Starts);
    private readonly Lock guard = new();
    private readonly Dictionary<int, LinkedListNode<Part>> kept = [];
    private readonly LinkedList<Part> byUse = new();
    private long keptBytes;

    /// <summary>Opens an image; can be called from any thread.</summary>
    /// <exception cref="ImageException">It cannot be read.</exception>
    public ImageFile Open(int index, ImageLimits limits)
    {
        ImageEntry entry = entries[index];
        int found = Array.BinarySearch(starts, index);
        int number = found >= 0 ? found : ~found - 1;
        int first = starts[number], last = (number + 1 < starts.Length ? starts[number + 1] : entries.Count) - 1;
        long from = entries[first].Offset, length = entries[last].Offset + entries[last].Length - from;
        if (entry.Shard is null || first == last || length > MostBytesAtOnce) return shards.Open(entry, limits);

        ReadOnlyMemory<byte> bytes = Of(number, entry.Shard, from, (int)length).Value;

        // If the run as a whole could not be read, this image may still be readable.
        if (entry.Offset + entry.Length - from > bytes.Length) return shards.Open(entry, limits);

        limits.CheckBytes(entry.Length);
        return ImageFile.Of(bytes.Slice((int)(entry.Offset - from), (int)entry.Length));
    }

    private Lazy<ReadOnlyMemory<byte>> Of(int number, string shard, long from, int length)
    {
        lock (guard)
        {
            if (kept.TryGetValue(number, out LinkedListNode<Part>? there))
            {
                byUse.Remove(there);
                byUse.AddLast(there);
                return there.Value.Bytes;
            }

            while (keptBytes + length > MostBytesKept)
            {
                Part oldest = byUse.First!.Value;
                byUse.RemoveFirst();
                kept.Remove(oldest.Number);
                keptBytes -= oldest.Length;
            }

            // Read outside the lock by the first thread that asks; the others wait for it.
            Part part = new(number, length, new(() => Read(shard, from, length)));
            kept.Add(number, byUse.AddLast(part));
            keptBytes += length;
            return part.Bytes;
        }
    }

    private ReadOnlyMemory<byte> Read(string shard, long from, int length)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        try
        {
            return bytes.AsMemory(0, shards.Read(shard, from, bytes));
        }
        catch (ImageException)
        {
            return default;
        }
    }

    private static int[] SplitAtShards(IReadOnlyList<ImageEntry> entries, IReadOnlyList<int> runs)
    {
        var starts = new List<int>(runs.Count);
        int run = 0;
        for (int i = 0; i < entries.Count; i++)
        {
            bool runBegins = run < runs.Count && runs[run] == i;
            if (runBegins) run++;

            // Entries of a shard share the same name object: comparing references is enough.
            if (runBegins || !ReferenceEquals(entries[i].Shard, entries[i - 1].Shard) || entries[i].Offset < entries[i - 1].Offset)
                starts.Add(i);
        }

        return [.. starts];
    }

    private sealed record Part(int Number, int Length, Lazy<ReadOnlyMemory<byte>> Bytes);
}
