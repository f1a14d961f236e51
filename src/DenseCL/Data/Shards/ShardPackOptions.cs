using System.Globalization;
using DenseCL.Images;

namespace DenseCL.Data.Shards;

/// <summary>How a pack is made.</summary>
public sealed record ShardPackOptions
{
    private const int MostThreads = 256;

    /// <summary>The size in bytes that a shard does not exceed; at least 1.</summary>
    /// <remarks>
    /// A single image larger than it has a shard of its own. Some hundred megabytes suit network disks and training on several machines;
    /// many small shards are many files again.
    /// </remarks>
    /// <exception cref="DataException">The value is below 1.</exception>
    public long ShardBytes
    {
        get;
        init => field = value >= 1 ? value : throw OutOfRange("The size of a shard", value, "at least 1 byte", "256 MB");
    } = 256_000_000;

    /// <summary>The number of images that a shard does not exceed, at least 1; null: only its size counts.</summary>
    /// <exception cref="DataException">The value is below 1.</exception>
    public int? ImagesPerShard
    {
        get;
        init =>
            field = value is null or >= 1 ? value : throw OutOfRange("The number of images in a shard", value.Value, "at least 1", "10000");
    }

    /// <summary>The shorter side in pixels to which larger images are reduced, 16 to 65535; null: every image keeps its bytes.</summary>
    /// <remarks>
    /// Reduced images become JPEG, whatever they were; images that are not larger keep their bytes. Decoding, most of a loader's work,
    /// becomes faster in proportion. The views are then not those of the original images: choose well above data.size, for a crop may be a
    /// fifth of the area: 2 · size or more.
    /// </remarks>
    /// <exception cref="DataException">The value is out of its range.</exception>
    public int? ShortSide
    {
        get;
        init =>
            field = value is null or (>= 16 and <= 65535)
                ? value
                : throw OutOfRange("The shorter side", value.Value, "16 to 65535 pixels", "512");
    }

    /// <summary>The quality of images that are reduced, 1 to 100.</summary>
    /// <exception cref="DataException">The value is out of its range.</exception>
    public int Quality
    {
        get;
        init => field = value is >= 1 and <= 100 ? value : throw OutOfRange("The JPEG quality", value, "1 to 100", "90");
    } = 90;

    /// <summary>Images that are read and reduced at a time, 1 to 256. The pack does not depend on it.</summary>
    /// <exception cref="DataException">The value is out of its range.</exception>
    public int Threads
    {
        get;
        init =>
            field = value is >= 1 and <= MostThreads
                ? value
                : throw OutOfRange("The number of threads", value, "1 to 256", "the number of processor cores");
    } = Math.Min(Environment.ProcessorCount, MostThreads);

    /// <summary>What an image must fulfil to be packed.</summary>
    public ImageLimits Limits { get; init; } = ImageLimits.Default;

    private static DataException OutOfRange(string what, long value, string range, string choice) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{what} is {value}, but must be {range}. Choose {choice}."));
}
