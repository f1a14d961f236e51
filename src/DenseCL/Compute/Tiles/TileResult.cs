namespace DenseCL.Compute.Tiles;

/// <summary>What becomes of the sums of a tile.</summary>
internal enum TileResult
{
    /// <summary>Written as float32.</summary>
    Float32,

    /// <summary>Added to the float32 numbers that are there.</summary>
    Added,

    /// <summary>Written as bfloat16.</summary>
    BFloat16,
}
