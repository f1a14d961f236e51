using System.Buffers.Binary;

namespace DenseCL.Images.Jpeg;

/// <summary>
/// The header of a common JPEG: sequential Huffman coding, 8 bits, grey or YCbCr at 4:4:4, 4:2:2 or 4:2:0, one scan.
/// </summary>
/// <remarks>
/// Everything else, and every irregularity, is left to the general decoder. That is why no reasons are given. One instance is reused for
/// many images.
/// </remarks>
internal sealed class JpegHead
{
    private const int MostSide = 65500; // the limit of the general decoder

    private readonly int[][] quantisations = [new int[64], new int[64], new int[64], new int[64]];
    private readonly HuffmanTable[] dcTables = [new(), new(), new(), new()];
    private readonly HuffmanTable[] acTables = [new(), new(), new(), new()];
    private readonly bool[] quantised = new bool[4];
    private readonly byte[] identifiers = new byte[3];
    private readonly int[] quantisationOf = new int[3];
    private readonly int[] dcOf = new int[3];
    private readonly int[] acOf = new int[3];

    private bool jfif;
    private bool exif;
    private int adobe;

    /// <summary>Width in pixels as stored.</summary>
    public int Width { get; private set; }

    /// <summary>Height in pixels as stored.</summary>
    public int Height { get; private set; }

    /// <summary>The EXIF orientation, 1 to 8.</summary>
    public int Orientation { get; private set; }

    /// <summary>1 for grey, 3 for YCbCr.</summary>
    public int Components { get; private set; }

    /// <summary>Luma columns per chroma column, 1 or 2.</summary>
    public int Across { get; private set; }

    /// <summary>Luma rows per chroma row, 1 or 2.</summary>
    public int Down { get; private set; }

    /// <summary>Units of the scan between two restart markers; 0 without restarts.</summary>
    public int RestartInterval { get; private set; }

    /// <summary>Where the entropy-coded data begin in the file.</summary>
    public int ScanStart { get; private set; }

    /// <summary>The quantisation factors of a component, row by row.</summary>
    public ReadOnlySpan<int> Quantisation(int component) => quantisations[quantisationOf[component]];

    /// <summary>The Huffman code for a component's means.</summary>
    public HuffmanTable Dc(int component) => dcTables[dcOf[component]];

    /// <summary>The Huffman code for a component's other coefficients.</summary>
    public HuffmanTable Ac(int component) => acTables[acOf[component]];

    /// <summary>Reads everything before the entropy-coded data.</summary>
    /// <param name="file">The file from its first byte.</param>
    /// <returns>False if the file is not of the common kind.</returns>
    public bool TryRead(ReadOnlySpan<byte> file)
    {
        (Width, Height, Orientation, Components, RestartInterval, jfif, exif, adobe) = (0, 0, 1, 0, 0, false, false, -1);
        Array.Clear(quantised);
        for (int i = 0; i < 4; i++)
        {
            dcTables[i].Clear();
            acTables[i].Clear();
        }

        if (!file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8])) return false;

        int at = 2;
        while (at + 4 <= file.Length && file[at] == 0xFF)
        {
            byte marker = file[at + 1];
            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2 || length > file.Length - at - 2) return false;

            ReadOnlySpan<byte> segment = file.Slice(at + 4, length - 2);
            at += 2 + length;
            if (marker == 0xDA)
            {
                ScanStart = at;
                return TryReadScan(segment);
            }

            if (!TryReadSegment(marker, segment)) return false;
        }

        return false;
    }

    private bool TryReadSegment(byte marker, ReadOnlySpan<byte> segment) => marker switch
    {
        0xC0 or 0xC1 => TryReadFrame(segment),
        0xC4 => TryReadHuffman(segment),
        0xDB => TryReadQuantisation(segment),
        0xDD => TryReadRestart(segment),
        0xE0 or 0xE1 or 0xEE => TryReadApplication(marker, segment),
        0xFE or (>= 0xE2 and <= 0xEF) => true,
        _ => false,
    };

    private bool TryReadRestart(ReadOnlySpan<byte> segment)
    {
        if (segment.Length != 2) return false;

        RestartInterval = BinaryPrimitives.ReadUInt16BigEndian(segment);
        return true;
    }

    private bool TryReadApplication(byte marker, ReadOnlySpan<byte> segment)
    {
        if (marker == 0xE0)
        {
            jfif |= segment.Length >= 14 && segment.StartsWith("JFIF\0"u8);
        }
        else if (marker == 0xEE && segment.StartsWith("Adobe"u8))
        {
            if (adobe >= 0 || segment.Length < 12) return false;

            adobe = segment[11];
        }
        else if (marker == 0xE1 && segment.StartsWith("Exif\0"u8))
        {
            if (exif || segment.Length < 6) return false;

            (exif, Orientation) = (true, ExifOrientation.Read(segment[6..]));
            return Orientation > 0;
        }

        return true;
    }

    private bool TryReadQuantisation(ReadOnlySpan<byte> segment)
    {
        for (; segment.Length >= 65; segment = segment[65..])
        {
            if (segment[0] > 3) return false; // the upper four bits are 1 for 16-bit factors

            int[] table = quantisations[segment[0]];
            quantised[segment[0]] = true;
            for (int i = 0; i < 64; i++)
                table[BlockDecoder.Place(i)] = segment[1 + i];
        }

        return segment.IsEmpty;
    }

    private bool TryReadHuffman(ReadOnlySpan<byte> segment)
    {
        while (segment.Length >= 17)
        {
            (int kind, int number) = (segment[0] >> 4, segment[0] & 15);
            ReadOnlySpan<byte> counts = segment.Slice(1, 16);
            int symbols = 0;
            foreach (byte count in counts)
                symbols += count;

            if (kind > 1 || number > 3 || symbols > 256 || segment.Length < 17 + symbols) return false;

            HuffmanTable table = (kind == 0 ? dcTables : acTables)[number];
            if (!table.TryBuild(counts, segment.Slice(17, symbols), dc: kind == 0)) return false;

            segment = segment[(17 + symbols)..];
        }

        return segment.IsEmpty;
    }

    private bool TryReadFrame(ReadOnlySpan<byte> segment)
    {
        if (Components > 0 || segment.Length < 6 || segment[0] != 8) return false;

        (Height, Width) = (BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), BinaryPrimitives.ReadUInt16BigEndian(segment[3..]));
        Components = segment[5];
        if (
            Width is < 1 or > MostSide
            || Height is < 1 or > MostSide
            || Components is not (1 or 3)
            || segment.Length != 6 + (3 * Components))
            return false;

        for (int i = 0; i < Components; i++)
        {
            ReadOnlySpan<byte> component = segment.Slice(6 + (3 * i), 3);
            (identifiers[i], quantisationOf[i]) = (component[0], component[2]);
            if (component[2] > 3 || (i > 0 && component[1] != 0x11)) return false;
        }

        (Across, Down) = (segment[7] >> 4, segment[7] & 15);
        return (Across, Down) is (1, 1) || (Components == 3 && (Across, Down) is (2, 1) or (2, 2));
    }

    private bool TryReadScan(ReadOnlySpan<byte> segment)
    {
        if (Components == 0 || segment.Length != 4 + (2 * Components) || segment[0] != Components
            || !segment[^3..].SequenceEqual((ReadOnlySpan<byte>)[0, 63, 0])) return false;

        for (int i = 0; i < Components; i++)
        {
            (byte identifier, byte tables) = (segment[1 + (2 * i)], segment[2 + (2 * i)]);
            (dcOf[i], acOf[i]) = (tables >> 4, tables & 15);
            if (identifier != identifiers[i] || identifiers.AsSpan(0, i).Contains(identifier) || dcOf[i] > 3 || acOf[i] > 3) return false;

            if (!Dc(i).Defined || !Ac(i).Defined || !quantised[quantisationOf[i]]) return false;
        }

        // Unless JFIF or Adobe markers say otherwise, three components may be red, green and blue.
        return Components == 1 || (adobe is -1 or 1 && (jfif || adobe == 1 || identifiers is [1, 2, 3]));
    }
}
