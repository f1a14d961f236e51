using DenseCL.Data.Sources;
namespace DenseCL.Data.Shards;

/// <summary>A shard of a pack.</summary>
/// <param name="Name">Name of its file in the pack's folder.</param>
/// <param name="Bytes">Length of the file.</param>
/// <param name="Images">Its images, in the order of the tar.</param>
internal sealed record PackedShard(string Name, long Bytes, List<ImageEntry> Images);
