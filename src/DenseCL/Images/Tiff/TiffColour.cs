namespace DenseCL.Images.Tiff;

/// <summary>What the samples of a TIFF mean.</summary>
internal enum TiffColour
{
    /// <summary>Grey; 0 is black.</summary>
    Grey,

    /// <summary>Grey; 0 is white.</summary>
    GreyFromWhite,

    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>The number of a colour.</summary>
    Palette,

    /// <summary>A JPEG's own colours; its decoder makes red, green and blue of them.</summary>
    YCbCr,
}
