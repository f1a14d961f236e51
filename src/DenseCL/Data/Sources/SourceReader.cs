using DenseCL.Data.Shards;
using DenseCL.Images;
using DenseCL.Platform;
using DenseCL.Recipes;

namespace DenseCL.Data.Sources;

/// <summary>
/// In which order the images of an epoch come, and how their bytes are read. The two depend on each other if images lie in shards.
/// </summary>
internal sealed class SourceReader : IDisposable
{
    private readonly ImageSource source;
    private readonly ImageLimits limits;
    private readonly OpenShards shards = new();
    private readonly ImageRuns? runs;
    private readonly RunReader? reader;

    /// <param name="source">The images.</param>
    /// <param name="shuffle">How to shuffle.</param>
    /// <param name="limits">The limits within which an image is used.</param>
    public SourceReader(ImageSource source, Shuffle shuffle, ImageLimits limits)
    {
        (this.source, this.limits) = (source, limits);
        if (shuffle == Shuffle.Full) return;

        runs = new ImageRuns(source.Entries);
        reader = new RunReader(source.Entries, runs, shards);
    }

    /// <summary>An epoch's order of the images; each occurs once.</summary>
    /// <param name="random">The epoch's stream.</param>
    public int[] Order(CounterRandom random) => runs is null ? random.Permutation(source.Entries.Count) : runs.Order(ref random);

    /// <summary>Opens an image; can be called from any thread.</summary>
    /// <exception cref="ImageException">It cannot be read.</exception>
    public ImageFile Open(int index) => reader is null ? shards.Open(source.Entries[index], limits) : reader.Open(index, limits);

    /// <inheritdoc/>
    public void Dispose() => shards.Dispose();
}
