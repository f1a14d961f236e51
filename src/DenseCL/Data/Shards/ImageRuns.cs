using DenseCL.Data.Sources;
using DenseCL.Platform;
namespace DenseCL.Data.Shards;

/// <summary>
/// The images of a source in runs of neighbours of about 4 MB each: the size of one read. Runs depend on the lengths of the images alone,
/// and so does the order of an epoch. Packing the images again, into shards of another size, changes neither.
/// </summary>
internal sealed class ImageRuns
{
    private const long Bytes = 4 << 20;
    private const int MostImages = 1024;
    private const int RunsAWindow = 64;

    private readonly int count;
    private readonly List<int> starts = [];

    public ImageRuns(IReadOnlyList<ImageEntry> entries)
    {
        count = entries.Count;
        long bytes = 0;
        for (int i = 0; i < count; i++)
        {
            if (i == 0 || bytes >= Bytes || i - starts[^1] == MostImages)
            {
                starts.Add(i);
                bytes = 0;
            }

            bytes += Math.Max(entries[i].Length, 0);
        }
    }

    /// <summary>The first image of each run, ascending.</summary>
    public IReadOnlyList<int> Starts => starts;

    /// <summary>
    /// An order in which the images of a run come close together: the runs are shuffled, and then the images within each group of 64
    /// successive runs.
    /// </summary>
    /// <param name="random">The epoch's stream.</param>
    public int[] Order(ref CounterRandom random)
    {
        int[] runs = random.Permutation(starts.Count);
        int[] order = new int[count];
        int filled = 0;
        for (int first = 0; first < runs.Length; first += RunsAWindow)
        {
            int window = filled;
            foreach (int run in runs.AsSpan(first, Math.Min(RunsAWindow, runs.Length - first)))
            {
                int end = run + 1 < starts.Count ? starts[run + 1] : count;
                for (int image = starts[run]; image < end; image++)
                    order[filled++] = image;
            }

            for (int i = filled - 1; i > window; i--)
            {
                int j = window + random.NextInt(i - window + 1);
                (order[i], order[j]) = (order[j], order[i]);
            }
        }

        return order;
    }
}
