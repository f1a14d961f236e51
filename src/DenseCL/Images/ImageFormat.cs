namespace DenseCL.Images;

/// <summary>The accepted file formats.</summary>
internal enum ImageFormat
{
    /// <summary>JPEG.</summary>
    Jpeg,

    /// <summary>PNG.</summary>
    Png,

    /// <summary>WebP.</summary>
    WebP,

    /// <summary>GIF.</summary>
    Gif,

    /// <summary>BMP.</summary>
    Bmp,

    /// <summary>TIFF.</summary>
    Tiff,
}
