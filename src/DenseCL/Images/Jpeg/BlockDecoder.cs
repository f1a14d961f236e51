using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DenseCL.Images.Jpeg;

/// <summary>Decodes the coefficients of a block (T.81, F.2.2).</summary>
internal static class BlockDecoder
{
    /// <summary>Size of a block in memory: 64 coefficients row by row, and some extra places for runs that go beyond its end.</summary>
    public const int Places = 80;

    /// <summary>What <see cref="Decode"/> returns for data that are not a block.</summary>
    public const int Damaged = -1;

    private const int EndOfBlock = 0x00;
    private const int SixteenZeros = 0xF0;

    // From the zigzag order to rows. A run beyond the end is detected only after its value was written to the extra places.
    private static ReadOnlySpan<byte> Natural =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
        64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79,
    ];

    /// <summary>Where the coefficient with a zigzag index is in a block.</summary>
    public static int Place(int zigzag) => Natural[zigzag];

    /// <summary>Decodes one block.</summary>
    /// <param name="reader">Supplies the bits.</param>
    /// <param name="dc">The Huffman code for the difference of the mean.</param>
    /// <param name="ac">The Huffman code for the other coefficients.</param>
    /// <param name="mean">The mean of the component's previous block; is set to this block's mean.</param>
    /// <param name="block"><see cref="Places"/> places; receives the coefficients that are not zero.</param>
    /// <returns>The zigzag index of the last coefficient that may not be zero, or <see cref="Damaged"/>.</returns>
    public static int Decode(ref BitReader reader, HuffmanTable dc, HuffmanTable ac, ref int mean, Span<short> block)
    {
        if (reader.Overrun || block.Length < Places) return Damaged;

        reader.Refill();
        uint entry = Look(dc.Entries, reader.Bits);
        if (IsLong(entry)) entry = dc.Find((int)(reader.Bits >> 48));
        if (entry == 0 || IsSpecial(entry)) return Damaged;

        int sum = mean + Difference(reader.Bits, entry);
        if (sum != (short)sum) return Damaged;

        mean = block[0] = (short)sum;
        reader.Take(entry);
        int k = 1;
        while (true)
        {
            entry = DecodeValues(ref reader, ac.Entries, block, ref k);
            if (IsLong(entry)) entry = ac.Find((int)(reader.Bits >> 48));
            if (entry == 0) return k == 64 ? 63 : Damaged;

            if (IsSpecial(entry))
            {
                int symbol = (byte)(entry >> 8);
                reader.Take(entry);
                if (symbol == EndOfBlock) return k - 1;

                k += 16;
                if (symbol != SixteenZeros || k > 63) return Damaged;
            }
            else
            {
                k += (int)(entry >> 24);
                block[Natural[k++]] = (short)Value(reader.Bits, entry);
                reader.Take(entry);
                if (k >= 64) return k == 64 ? 63 : Damaged;
            }
        }
    }

    // The loop that takes the time. Everything rare is left to the caller; otherwise the compiler keeps the loop's variables in memory.
    // Returns the special entry at which it stopped, with at least 30 bits in the reader, or 0 if k is 64 or more.
    private static uint DecodeValues(ref BitReader reader, ReadOnlySpan<uint> table, Span<short> block, ref int index)
    {
        // In bounds: indices into the table have LookBits bits, and k below 64 plus a run of at most 15 is below Places. For the reader,
        // see BitReader.
        ref byte start = ref reader.Start;
        ref uint entries = ref MemoryMarshal.GetReference(table);
        ref short places = ref MemoryMarshal.GetReference(block);
        ref byte natural = ref MemoryMarshal.GetReference(Natural);
        (ulong bits, uint count, nint position) = (reader.Bits, reader.Count, reader.Position);
        nint k = index;
        uint entry;
        do
        {
            // 56 bits are enough for two values.
            BitReader.Refill(ref start, ref bits, ref count, ref position);
            entry = Unsafe.Add(ref entries, (nint)(bits >> (64 - HuffmanTable.LookBits)));
            if (IsSpecial(entry)) goto stop;

            k += (nint)(entry >> 24);
            Unsafe.Add(ref places, (nint)Unsafe.Add(ref natural, k)) = (short)Value(bits, entry);
            k++;
            bits <<= (int)entry;
            count -= (byte)entry;
            if (k >= 64) break;

            entry = Unsafe.Add(ref entries, (nint)(bits >> (64 - HuffmanTable.LookBits)));
            if (IsSpecial(entry)) goto stop;

            k += (nint)(entry >> 24);
            Unsafe.Add(ref places, (nint)Unsafe.Add(ref natural, k)) = (short)Value(bits, entry);
            k++;
            bits <<= (int)entry;
            count -= (byte)entry;
        }
        while (k < 64);

        entry = 0;
    stop:
        (reader.Bits, reader.Count, reader.Position) = (bits, count, position);
        index = (int)k;
        return entry;
    }

    private static bool IsSpecial(uint entry) => (int)entry < 0;

    private static bool IsLong(uint entry) => entry == HuffmanTable.Special;

    private static uint Look(ReadOnlySpan<uint> entries, ulong bits) => entries[(int)(bits >> (64 - HuffmanTable.LookBits))];

    // A value whose first bit is 0 is negative and is stored as its ones' complement (T.81, F.2.2.1).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Value(ulong bits, uint entry)
    {
        ulong value = bits << (int)(entry >> 8);
        ulong negative = ~(ulong)((long)value >> 63);
        ulong size = (value ^ negative) >> (int)(entry >> 16);
        return (int)((size ^ negative) - negative);
    }

    // The same, for a value that may have no bits at all.
    private static int Difference(ulong bits, uint entry)
    {
        ulong value = bits << (int)(entry >> 8);
        ulong negative = ~(ulong)((long)value >> 63);
        ulong size = ((value ^ negative) >> 1) >> (int)(entry >> 16);
        return (int)((size ^ negative) - negative);
    }
}
