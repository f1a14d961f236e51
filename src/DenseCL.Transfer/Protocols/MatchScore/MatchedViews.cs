using DenseCL.Data.Loading;
using DenseCL.Transfer.Matching;

namespace DenseCL.Transfer.Protocols.MatchScore;

/// <summary>Two views of an image, and which position of the second each position of the first was matched with.</summary>
/// <param name="First">The pixels of the first view: (Size, Size, 3), red green blue, or of other channels the first three.</param>
/// <param name="Second">The pixels of the second view, likewise.</param>
/// <param name="Size">The side of a view in pixels.</param>
/// <param name="Side">P, the side of the maps in positions.</param>
/// <param name="Matches">The matches of the P · P positions of the first view that were kept, in their order.</param>
/// <param name="FirstCrop">Where the first view was cut.</param>
/// <param name="SecondCrop">Where the second view was cut.</param>
public sealed record MatchedViews(
    byte[] First,
    byte[] Second,
    int Size,
    int Side,
    IReadOnlyList<PositionMatch> Matches,
    CropGeometry FirstCrop,
    CropGeometry SecondCrop)
{
    /// <summary>
    /// For each of the <see cref="Matches"/> whether it lies within one cell of the true place; null if the second view does not show that
    /// place.
    /// </summary>
    public IReadOnlyList<bool?> Verdicts => ViewMatching.Verdicts(Matches, FirstCrop, SecondCrop, Side);
}
