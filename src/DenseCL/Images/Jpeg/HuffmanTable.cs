namespace DenseCL.Images.Jpeg;

/// <summary>
/// A Huffman code of a JPEG, prepared for decoding: one table look-up of the next bits gives a code's length, run and size.
/// </summary>
/// <remarks>
/// An entry of the table has, from its lowest bits: 8 bits for the length of code and value together; 8 bits for the length of the code; 8
/// bits for the shift that moves a value to the bottom of a 64-bit word (64 − size; for a size that may be 0, 63 − size after a shift by
/// 1); 7 bits for the run; and one bit <see cref="Special"/>. A special entry has the code's length at the bottom and its symbol in the 8
/// bits above. It is an end of block, a run without a value, or, with the length 0, a code longer than the table covers.
/// </remarks>
internal sealed class HuffmanTable
{
    /// <summary>
    /// Bits that are looked up at once. Nearly all symbols of photographs have shorter codes, and the tables of an image stay in the
    /// first-level cache.
    /// </summary>
    public const int LookBits = 10;

    /// <summary>Marks an entry that is not a value; see the remarks.</summary>
    public const uint Special = 1u << 31;

    private const int MostDcSize = 11; // T.81, table F.1
    private const int MostAcSize = 10; // T.81, table F.2

    private readonly uint[] entries = new uint[1 << LookBits];
    private readonly byte[] symbolOf = new byte[256];
    private readonly int[] codeEnd = new int[17]; // for each length, the first 16 bits after its last code
    private readonly int[] symbolShift = new int[17];
    private bool isDc;

    /// <summary>Whether a table was read since <see cref="Clear"/>.</summary>
    public bool Defined { get; private set; }

    /// <summary>The entries by the next <see cref="LookBits"/> bits.</summary>
    public ReadOnlySpan<uint> Entries => entries;

    /// <summary>Forgets the table.</summary>
    public void Clear() => Defined = false;

    /// <summary>Reads a table from a DHT segment.</summary>
    /// <param name="counts">How many codes have 1, 2, … 16 bits.</param>
    /// <param name="symbols">The symbols in the order of their codes.</param>
    /// <param name="dc">Whether symbols are sizes of differences, not runs with sizes.</param>
    /// <returns>False if that is not a valid code.</returns>
    public bool TryBuild(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols, bool dc)
    {
        Array.Fill(entries, Special);
        int code = 0, taken = 0;
        for (int length = 1; length <= 16; length++, code <<= 1)
        {
            symbolShift[length] = taken - code;
            for (int i = 0; i < counts[length - 1]; i++, code++)
            {
                // A code of only ones is not allowed (T.81, C.2), and there is no room after it.
                if (code + 1 >= 1 << length) return false;

                byte symbol = symbols[taken];
                if (dc && symbol > MostDcSize) return false;

                symbolOf[taken++] = symbol;
                if (length > LookBits) continue;

                uint entry = Entry(symbol, length, dc);
                entries.AsSpan(code << (LookBits - length), 1 << (LookBits - length)).Fill(entry);
            }

            codeEnd[length] = code << (16 - length);
        }

        isDc = dc;
        Defined = true;
        return true;
    }

    /// <summary>The entry for a code longer than <see cref="LookBits"/> bits.</summary>
    /// <param name="next">The next 16 bits.</param>
    /// <returns>The entry, or 0 if no code begins with these bits.</returns>
    public uint Find(int next)
    {
        for (int length = LookBits + 1; length <= 16; length++)
        {
            if (next < codeEnd[length]) return Entry(symbolOf[(next >> (16 - length)) + symbolShift[length]], length, isDc);
        }

        return 0;
    }

    private static uint Entry(byte symbol, int length, bool dc)
    {
        int run = dc ? 0 : symbol >> 4;
        int size = dc ? symbol : symbol & 15;
        return dc || size is >= 1 and <= MostAcSize
            ? (uint)((length + size) | (length << 8) | (((dc ? 63 : 64) - size) << 16) | (run << 24))
            : Special | (uint)(length | (symbol << 8));
    }
}
