namespace DenseCL.Data.Loading;

/// <summary>
/// Where a view was cut from its image, in pixels of the full-size image as displayed (after its EXIF orientation).
/// </summary>
/// <param name="Left">Left edge of the crop, at least 0.</param>
/// <param name="Top">Upper edge of the crop, at least 0.</param>
/// <param name="Width">Width of the crop, at least 1.</param>
/// <param name="Height">Height of the crop, at least 1.</param>
/// <param name="Flipped">Whether the view was mirrored left to right after the crop.</param>
public readonly record struct CropGeometry(int Left, int Top, int Width, int Height, bool Flipped)
{
    /// <summary>Whether the view was mirrored top to bottom after the crop.</summary>
    public bool FlippedVertically { get; init; }

    /// <summary>Whether rows and columns of the view were exchanged after it was mirrored: a quarter turn, with the two mirrors.</summary>
    public bool Transposed { get; init; }

    /// <summary>The same crop, turned clockwise after what was done to it before.</summary>
    /// <param name="quarters">0 to 3 quarter turns.</param>
    internal CropGeometry Turned(int quarters) => quarters switch
    {
        1 => this with { FlippedVertically = !FlippedVertically, Transposed = true },
        2 => this with { Flipped = !Flipped, FlippedVertically = !FlippedVertically },
        3 => this with { Flipped = !Flipped, Transposed = true },
        _ => this,
    };
}
