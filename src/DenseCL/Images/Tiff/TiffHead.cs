using DenseCL.Recipes;

namespace DenseCL.Images.Tiff;

/// <summary>What the first directory of a TIFF says about its picture, checked against the file before any of it is decoded.</summary>
internal sealed record TiffHead
{
    private const int Most = 1 << 16;     // bits, samples and sides of tiles above this are no picture
    private const int TilePixels = 1 << 20;

    private TiffHead()
    {
    }

    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>The EXIF orientation, 1 to 8.</summary>
    public required int Orientation { get; init; }

    /// <summary>Bits of a sample, 1 to 16.</summary>
    public required int Bits { get; init; }

    /// <summary>Bits that the file says are used of them.</summary>
    public required int UsedBits { get; init; }

    /// <summary>Samples of a pixel: grey, red green blue or an index, and any number of others.</summary>
    public required int Samples { get; init; }

    /// <summary>Those of them that the file says are opacity, at most one less than all.</summary>
    public required int Alphas { get; init; }

    /// <summary>Channels of a pixel, without opacity.</summary>
    public int Channels => Colour is TiffColour.Palette or TiffColour.YCbCr ? DataOptions.Rgb : Samples - Alphas;

    public required TiffColour Colour { get; init; }

    public required TiffCompression Compression { get; init; }

    /// <summary>Whether each kind of sample is stored for itself.</summary>
    public required bool Planar { get; init; }

    /// <summary>Width and height of a tile; null if the picture is stored in strips.</summary>
    public required (int Width, int Height)? Tile { get; init; }

    /// <summary>The width of a strip or tile; of those at the right edge, a part lies outside.</summary>
    public required int PieceWidth { get; init; }

    /// <summary>The height of a strip or tile.</summary>
    public required int PieceHeight { get; init; }

    /// <summary>Strips or tiles across and down.</summary>
    public (int Across, int Down) Pieces => ((Width + PieceWidth - 1) / PieceWidth, (int)(((long)Height + PieceHeight - 1) / PieceHeight));

    /// <summary>Where the tables of a JPEG lie that its strips and tiles share.</summary>
    public required Range? JpegTables { get; init; }

    private IReadOnlyList<uint> Starts { get; init; } = [];

    private IReadOnlyList<uint> Lengths { get; init; } = [];

    /// <summary>The colours of a palette: reds, then greens, then blues, 16 bits each; empty if there is none.</summary>
    public required IReadOnlyList<uint> Palette { get; init; }

    /// <summary>Reads and checks the first directory.</summary>
    /// <exception cref="ImageException">The file is damaged, or of a kind that is not read.</exception>
    public static TiffHead Read(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        var directory = TiffDirectory.Read(file);
        int width = directory.Required(file, TiffTag.Width), height = directory.Required(file, TiffTag.Height);
        limits.CheckSize(new ImageHeader(width, height));

        int samples = directory.Number(file, TiffTag.SamplesPerPixel, 1, 64), bits = directory.Same(file, TiffTag.BitsPerSample, 1);
        int format = directory.Same(file, TiffTag.SampleFormat, 1);
        if (format is not (1 or 4))
        {
            string numbers = format == 2 ? "signed" : format == 3 ? "floating-point" : "complex";
            throw new ImageException($"a TIFF of {numbers} numbers; only whole numbers from 0 are read");
        }

        if (bits is < 1 or > 16)
            throw new ImageException($"a TIFF of {bits} bits a sample; 1 to 16 are read");

        int compression = directory.Number(file, TiffTag.Compression, 1, Most);
        if (!Enum.IsDefined((TiffCompression)compression))
            throw new ImageException($"a TIFF of compression {compression}; none, LZW, deflate, PackBits and JPEG are read");

        int photometric = directory.Number(file, TiffTag.Photometric, samples >= 3 ? 2 : 1, Most);
        bool tiled = directory.Has(TiffTag.TileWidth);
        (int, int)? tile = tiled ? (directory.Required(file, TiffTag.TileWidth), directory.Required(file, TiffTag.TileHeight)) : null;
        int rows = (int)Math.Min((uint)height, directory.Numbers(file, TiffTag.RowsPerStrip) is [var given] ? given : uint.MaxValue);
        var head = new TiffHead
        {
            Width = width,
            Height = height,
            Orientation = directory.Number(file, TiffTag.Orientation, 1, Most) is var orientation and >= 1 and <= 8 ? orientation : 1,
            Bits = bits,
            UsedBits = directory.UsedBits(file, bits),
            Samples = samples,
            Alphas = Math.Min(directory.Alphas(file), samples - 1),
            Colour = ColourOf(photometric, (TiffCompression)compression),
            Compression = (TiffCompression)compression,
            Planar = directory.Number(file, TiffTag.Planar, 1, Most) == 2,
            Tile = tile,
            PieceWidth = tile?.Item1 ?? width,
            PieceHeight = tile?.Item2 ?? (rows > 0 ? rows : throw new ImageException("damaged: strips without rows")),
            JpegTables = directory.Place(TiffTag.JpegTables),
            Starts = directory.Numbers(file, tiled ? TiffTag.TileStarts : TiffTag.StripStarts),
            Lengths = directory.Numbers(file, tiled ? TiffTag.TileLengths : TiffTag.StripLengths),
            Palette = photometric == 3 ? directory.Numbers(file, TiffTag.ColourMap) : [],
        };
        head.CheckSamples();
        head.CheckPieces(file.Length);
        return head;
    }

    /// <summary>Whether its pixels can be given with so many channels. Opacity counts if that is asked for.</summary>
    public bool Gives(int channels) => channels == DataOptions.Rgb || channels == Channels
        || (channels == Samples && Colour is TiffColour.Grey or TiffColour.GreyFromWhite or TiffColour.Rgb);

    /// <summary>Whether each sample becomes a channel of its own, not a grey or a colour of three.</summary>
    public bool KeepsSamples(int channels) => Colour == TiffColour.Rgb || channels != DataOptions.Rgb;

    /// <summary>Where a strip or tile lies in the file; they are counted row by row, and plane by plane.</summary>
    public Range PlaceOf(int piece) => (int)Starts[piece]..(int)(Starts[piece] + Lengths[piece]);

    private static TiffColour ColourOf(int photometric, TiffCompression compression) => photometric switch
    {
        0 => TiffColour.GreyFromWhite,
        1 => TiffColour.Grey,
        2 => TiffColour.Rgb,
        3 => TiffColour.Palette,
        6 when compression == TiffCompression.Jpeg => TiffColour.YCbCr,
        _ => throw new ImageException($"a TIFF of colours that are not read ({NameOf(photometric)}); grey, RGB and palettes are"),
    };

    private static string NameOf(int photometric) =>
        photometric switch { 5 => "CMYK", 6 => "YCbCr", 8 => "CIE L*a*b*", _ => $"kind {photometric}" };

    private void CheckSamples()
    {
        bool damaged = Colour switch
        {
            TiffColour.Rgb => Samples < 3,
            TiffColour.YCbCr => Samples != 3 || Planar,
            TiffColour.Palette => Bits > 8 || Palette.Count != 3 << Bits || Compression == TiffCompression.Jpeg,
            _ => false,
        };
        if (damaged || (Compression == TiffCompression.Jpeg && (Bits != 8 || !(Planar || Samples is 1 or 3))))
            throw new ImageException("damaged: the head of the TIFF contradicts itself");
    }

    // The decoder takes memory for a strip or a tile, and for its bytes in the file: neither may be more than the picture and the file
    // have.
    private void CheckPieces(int fileLength)
    {
        bool huge = (long)PieceWidth * PieceHeight > Math.Max(TilePixels, 4L * Width * Height);
        if (huge || (Tile is not null && (PieceWidth > Most || PieceHeight > Most)))
            throw new ImageException($"damaged: strips or tiles of {PieceWidth} × {PieceHeight} pixels");
        if ((((long)PieceWidth * Samples * Bits) + 7) / 8 * PieceHeight > Array.MaxLength / 2)
            throw new ImageException($"its {Samples} samples a pixel need too much memory");

        long pieces = (long)Pieces.Across * Pieces.Down * (Planar ? Samples : 1);
        if (Starts.Count < pieces || Lengths.Count < pieces)
            throw new ImageException("damaged: it does not say where all of its pixels lie");

        for (int i = 0; i < pieces; i++)
        {
            if ((long)Starts[i] + Lengths[i] > fileLength)
                throw new ImageException("truncated: the file ends before its last pixel");
        }
    }
}
