namespace DenseCL.Reports.Pages;

/// <summary>Feature maps of whole images.</summary>
/// <param name="Networks">The names of the networks.</param>
/// <param name="Dimensions">The length of each vector.</param>
/// <param name="Images">The images.</param>
internal sealed record MapsData(IReadOnlyList<string> Networks, int Dimensions, IReadOnlyList<MapsData.Image> Images)
{
    /// <summary>An image and its maps.</summary>
    /// <param name="Name">The image.</param>
    /// <param name="Width">Width in pixels, as the networks saw it.</param>
    /// <param name="Height">Height in pixels.</param>
    /// <param name="Picture">A JPEG.</param>
    /// <param name="Maps">By each network; null where there is none.</param>
    internal sealed record Image(string Name, int Width, int Height, byte[] Picture, IReadOnlyList<Map?> Maps);

    /// <summary>A feature map.</summary>
    /// <param name="Columns">Positions in a row.</param>
    /// <param name="Rows">Rows.</param>
    /// <param name="Colours">(Rows, Columns, 3), red green blue.</param>
    /// <param name="Vectors">(Rows, Columns, Dimensions), signed bytes: 127 times a unit vector.</param>
    internal sealed record Map(int Columns, int Rows, byte[] Colours, byte[] Vectors);
}
