using System.Globalization;
using DenseCL.Images;

namespace DenseCL.Data.Shards;

/// <summary>The settings of a pack.</summary>
public sealed record ShardPackOptions
{
    private const int MostThreads = 256;

    /// <summary>The maximum size of a shard in bytes; at least 1.</summary>
    /// <remarks>
    /// A single image that is larger gets its own shard. Some hundred megabytes suit network disks and training on several machines; many
    /// small shards are many files again.
    /// </remarks>
    /// <exception cref="DataException">The value is below 1.</exception>
    public long ShardBytes
    {
        get;
        init => field = value >= 1 ? value : throw OutOfRange("The size of a shard", value, "at least 1 byte", "256 MB");
    } = 256_000_000;

    /// <summary>The maximum number of images in a shard, at least 1; null: only the size counts.</summary>
    /// <exception cref="DataException">The value is below 1.</exception>
    public int? ImagesPerShard
    {
        get;
        init =>
            field = value is null or >= 1 ? value : throw OutOfRange("The number of images in a shard", value.Value, "at least 1", "10000");
    }

    /// <summary>The shorter side in pixels to which larger images are reduced, 16 to 65535; null: every image keeps its bytes.</summary>
    /// <remarks>
    /// Reduced images become JPEGs, whatever they were; images that are not larger keep their bytes. Decoding, most of a loader's work,
    /// becomes faster in proportion. The views are then not those of the original images. Choose a value well above data.size, 2 · size or
    /// more, because a crop may cover only a fifth of the area.
    /// </remarks>
    /// <exception cref="DataException">The value is out of range.</exception>
    public int? ShortSide
    {
        get;
        init =>
            field = value is null or (>= 16 and <= 65535)
                ? value
                : throw OutOfRange("The shorter side", value.Value, "16 to 65535 pixels", "512");
    }

    /// <summary>The quality of images that are reduced, 1 to 100.</summary>
    /// <exception cref="DataException">The value is out of range.</exception>
    public int Quality
    {
        get;
        init => field = value is >= 1 and <= 100 ? value : throw OutOfRange("The JPEG quality", value, "1 to 100", "90");
    } = 90;

    /// <summary>Images that are read and reduced at the same time, 1 to 256. The pack does not depend on it.</summary>
    /// <exception cref="DataException">The value is out of range.</exception>
    public int Threads
    {
        get;
        init =>
            field = value is >= 1 and <= MostThreads
                ? value
                : throw OutOfRange("The number of threads", value, "1 to 256", "the number of processor cores");
    } = Math.Min(Environment.ProcessorCount, MostThreads);

    /// <summary>The limits within which an image is packed.</summary>
    public ImageLimits Limits { get; init; } = ImageLimits.Default;

    private static DataException OutOfRange(string what, long value, string range, string choice) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{what} is {value}, but must be {range}. Choose {choice}."));
}
