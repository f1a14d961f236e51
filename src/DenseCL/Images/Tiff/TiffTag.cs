namespace DenseCL.Images.Tiff;

/// <summary>The entries of a directory that describe a picture, with TIFF's numbers.</summary>
internal enum TiffTag
{
    Width = 256,
    Height = 257,
    BitsPerSample = 258,
    Compression = 259,
    Photometric = 262,
    StripStarts = 273,
    Orientation = 274,
    SamplesPerPixel = 277,
    RowsPerStrip = 278,
    StripLengths = 279,
    LargestSample = 281,
    Planar = 284,
    ColourMap = 320,
    TileWidth = 322,
    TileHeight = 323,
    TileStarts = 324,
    TileLengths = 325,
    ExtraSamples = 338,
    SampleFormat = 339,
    LargestSampleOfAnyType = 341,
    JpegTables = 347,
}
