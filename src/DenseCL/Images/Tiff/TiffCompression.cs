namespace DenseCL.Images.Tiff;

/// <summary>The compressions that are read, with TIFF's numbers.</summary>
internal enum TiffCompression
{
    None = 1,
    Lzw = 5,
    Jpeg = 7,
    Deflate = 8,
    PackBits = 32773,
    OldDeflate = 32946,
}
