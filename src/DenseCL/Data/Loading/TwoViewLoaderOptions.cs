using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Recipes;

namespace DenseCL.Data.Loading;

/// <summary>What a <see cref="TwoViewLoader"/> loads, and how much memory and how many threads it uses.</summary>
internal sealed record TwoViewLoaderOptions
{
    /// <summary>The images.</summary>
    public required ImageSource Source { get; init; }

    /// <summary>How a view is made of an image.</summary>
    public required DataOptions Augmentation { get; init; }

    /// <summary>Images per batch, at least 1 and at most the number of images of the source.</summary>
    public required int Batch
    {
        get;
        init => field = AtLeastOne(value, "optim.batch");
    }

    /// <summary>The run's seed: with the same seed and images every byte of every batch is the same.</summary>
    public ulong Seed { get; init; }

    /// <summary>Threads that decode and augment, at least 1. The batches do not depend on their number.</summary>
    public int Threads
    {
        get;
        init => field = AtLeastOne(value, "data.threads");
    } = TwoViewLoader.DefaultThreads;

    /// <summary>Batches that are prepared ahead, at least 1.</summary>
    /// <remarks>
    /// Each costs 2 × batch × size² × channels bytes (77 MB at batch 256 and 224 pixels). More than 2 helps only if the time per image varies
    /// much.
    /// </remarks>
    public int Prefetch
    {
        get;
        init => field = AtLeastOne(value, "data.prefetch");
    } = 2;

    /// <summary>The limits within which an image is used.</summary>
    public ImageLimits Limits { get; init; } = new();

    /// <summary>The largest tolerated share of unusable images, in [0, 1].</summary>
    /// <remarks>
    /// Unusable images are replaced by others and listed. At 0 the first one ends the run; near 1 a run on a broken disk continues with the
    /// remaining images.
    /// </remarks>
    public double MaxBadShare
    {
        get;
        init => field = value is >= 0 and <= 1
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(value), value, "data.maxBadShare is a share between 0 and 1: choose 0.01 to tolerate one bad image in a hundred.");
    } = 0.01;

    /// <summary>
    /// Where images that turn out to be unusable are recorded; the same list as given to <see cref="ImageSource.CheckHeaders"/>.
    /// </summary>
    public SkippedImages Skipped { get; init; } = new();

    private static int AtLeastOne(int value, string setting) => value >= 1
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"{setting} must be at least 1.");
}
