using DenseCL.Data.Loading;

namespace DenseCL.Transfer.Protocols.MatchScore;

/// <summary>Two views of an image, and which position of the second each position of the first was matched with.</summary>
/// <param name="First">The pixels of the first view: (Size, Size, 3), red green blue, or of other channels the first three.</param>
/// <param name="Second">The pixels of the second view, likewise.</param>
/// <param name="Size">The side of a view in pixels.</param>
/// <param name="Side">P, the side of the maps in positions.</param>
/// <param name="Nearest">For each of the P · P positions of the first view, row by row, its nearest position in the second.</param>
/// <param name="FirstCrop">Where the first view was cut.</param>
/// <param name="SecondCrop">Where the second view was cut.</param>
public sealed record MatchedViews(
    byte[] First,
    byte[] Second,
    int Size,
    int Side,
    IReadOnlyList<long> Nearest,
    CropGeometry FirstCrop,
    CropGeometry SecondCrop);
