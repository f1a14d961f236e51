namespace DenseCL.Data.Shards;

/// <summary>The progress of a pack.</summary>
/// <param name="Done">Images of the source that were packed or skipped.</param>
/// <param name="Total">Images of the source.</param>
/// <param name="Packed">Images packed.</param>
/// <param name="Shards">Shards that are complete.</param>
/// <param name="Bytes">Their bytes.</param>
public readonly record struct ShardPackProgress(int Done, int Total, int Packed, int Shards, long Bytes);
