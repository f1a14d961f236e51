using DenseCL.Data.Loading;
using static TorchSharp.torch;

namespace DenseCL.Method.Matching;

/// <summary>The data of one view of each of N images that a matching may use.</summary>
/// <param name="Features">The backbone's features: (N, S², C).</param>
/// <param name="Dense">The dense head's vectors: (N, S², D).</param>
/// <param name="Crops">Where the N views were cut; empty if that is not known.</param>
internal readonly record struct MatchSide(Tensor Features, Tensor Dense, ReadOnlyMemory<CropGeometry> Crops)
{
    /// <summary>S, the side of the grid of positions.</summary>
    public int GridSize => (int)Math.Sqrt(Features.shape[1]);
}
