using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DenseCL.Images.Jpeg;

/// <summary>Decodes the coefficients of a block (T.81, F.2.2).</summary>
internal static class BlockDecoder
{
    /// <summary>Places in memory of a block: 64 coefficients row by row, and some that receive what runs over its end.</summary>
    public const int Places = 80;

    /// <summary>What <see cref="Decode"/> returns for data that are no block.</summary>
    public const int Damaged = -1;

    // From the zigzag order to rows; a run that leads over the end is noticed after the value was put beside the block.
    private static ReadOnlySpan<byte> Natural =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
        64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79,
    ];

    /// <summary>Where the coefficient of a zigzag index is in a block.</summary>
    public static int Place(int zigzag) => Natural[zigzag];

    /// <summary>Decodes one block.</summary>
    /// <param name="reader">Where its bits are.</param>
    /// <param name="dc">The code of the difference of the mean.</param>
    /// <param name="ac">The code of the other coefficients.</param>
    /// <param name="mean">The mean of the component's block before; becomes this one's.</param>
    /// <param name="block"><see cref="Places"/> places, the first 64 zero.</param>
    /// <returns>The zigzag index of the last coefficient that may not be zero, or <see cref="Damaged"/>.</returns>
    public static int Decode(ref BitReader reader, HuffmanTable dc, HuffmanTable ac, ref int mean, Span<short> block)
    {
        if (reader.Overrun || block.Length < Places) return Damaged;

        ref byte start = ref reader.Start;
        (ulong bits, int count, nint position) = (reader.Bits, reader.Count, reader.Position);
        ref short places = ref MemoryMarshal.GetReference(block);
        ref byte natural = ref MemoryMarshal.GetReference(Natural);

        // Indices into the entries have LookBits bits; a k below 64 plus a run of at most 15 is below Places.
        BitReader.Refill(ref start, ref bits, ref count, ref position);
        uint entry = Look(ref MemoryMarshal.GetReference(dc.Entries), bits);
        if ((int)entry < 0)
        {
            entry = (byte)entry == 0 ? dc.Find((int)(bits >> 48)) : entry;
            if (entry == 0 || (int)entry < 0) return Damaged;
        }

        mean += Value(bits, entry);
        if (mean != (short)mean) return Damaged;

        places = (short)mean;
        Take(ref bits, ref count, entry);

        ref uint entries = ref MemoryMarshal.GetReference(ac.Entries);
        int k = 1;
        do
        {
            BitReader.Refill(ref start, ref bits, ref count, ref position);
            entry = Look(ref entries, bits);
            if ((int)entry < 0)
            {
                entry = (byte)entry == 0 ? ac.Find((int)(bits >> 48)) : entry;
                if (entry == 0) return Damaged;

                if ((int)entry < 0)
                {
                    Take(ref bits, ref count, entry);
                    int symbol = (byte)(entry >> 8);
                    if (symbol == 0) break;

                    k += 16;
                    if (symbol != 0xF0 || k > 63) return Damaged;

                    continue;
                }
            }

            k += (int)(entry >> 24);
            Unsafe.Add(ref places, Unsafe.Add(ref natural, k)) = (short)Value(bits, entry);
            k++;
            Take(ref bits, ref count, entry);
        }
        while (k < 64);

        (reader.Bits, reader.Count, reader.Position) = (bits, count, position);
        return k <= 64 ? k - 1 : Damaged;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Look(ref uint entries, ulong bits) => Unsafe.Add(ref entries, (nint)(bits >> (64 - HuffmanTable.LookBits)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(ref ulong bits, ref int count, uint entry)
    {
        bits <<= (int)entry;
        count -= (byte)entry;
    }

    // A value whose first bit is 0 is negative and stored as its ones' complement (T.81, F.2.2.1).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Value(ulong bits, uint entry)
    {
        ulong value = bits << (int)(entry >> 8);
        ulong negative = ~(ulong)((long)value >> 63);
        ulong size = ((value ^ negative) >> 1) >> (int)(entry >> 16);
        return (int)((size ^ negative) - negative);
    }
}
