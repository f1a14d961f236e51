namespace DenseCL.Compute.Tiles;

/// <summary>What to do with the sums of a tile.</summary>
internal enum TileResult
{
    /// <summary>Write them as float32.</summary>
    Float32,

    /// <summary>Add them to the existing float32 numbers.</summary>
    Added,

    /// <summary>Write them as bfloat16.</summary>
    BFloat16,
}
