using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DenseCL.Images.Operations;

/// <summary>The two passes of <see cref="Resample"/> with vector instructions.</summary>
/// <remarks>
/// A weight has up to 23 bits. It is split into an upper and a lower part of at most 15 bits and a sign, so one instruction multiplies and
/// adds 16-bit pairs. Sums are taken modulo 2³² and combined at the end: upper · 2^15 + lower is the exact sum, which is below 2³¹. Pixels
/// beyond a window are read with weight 0; rows too near the end of the image for that are copied first.
/// </remarks>
internal static class ResampleLanes
{
    private const int TapsAtOnce = 4; // 12 of the 16 bytes of a lane
    private const int PixelsAtOnce = 4; // fill a lane when narrowed to bytes
    private const byte No = 255;

    // Red green blue of pixels 0 and 1, and of 2 and 3, in pairs of 16 bits.
    private static Vector128<byte> FirstPair => Vector128.Create(0, No, 3, No, 1, No, 4, No, 2, No, 5, No, No, No, No, No);

    private static Vector128<byte> SecondPair => Vector128.Create(6, No, 9, No, 7, No, 10, No, 8, No, 11, No, No, No, No, No);

    /// <summary>Resizes.</summary>
    /// <param name="pixels">From the first pixel of the first row that is read to the end of the image.</param>
    /// <param name="pixelStride">Bytes from one row to the next.</param>
    /// <param name="across">The windows of the columns.</param>
    /// <param name="down">The windows of the rows.</param>
    /// <param name="firstRow">Index of the first row that is read.</param>
    /// <param name="rows">Number of rows that are read.</param>
    /// <param name="into">(outHeight, outWidth, 3).</param>
    /// <param name="outWidth">Width of the result.</param>
    /// <param name="outHeight">Height of the result.</param>
    /// <param name="scratch">Working memory; its integers are in use.</param>
    public static void Resize(
        ReadOnlySpan<byte> pixels, int pixelStride, TriangleWindows across, TriangleWindows down, int firstRow, int rows,
        Span<byte> into, int outWidth, int outHeight, Scratch scratch)
    {
        int groups = (across.MostTaps + TapsAtOnce - 1) / TapsAtOnce;
        int entry = 1 + (groups * TapsAtOnce);
        int padded = (outWidth + PixelsAtOnce - 1) / PixelsAtOnce * PixelsAtOnce;
        Span<int> weights = scratch.Weights(checked((padded * entry) + down.MostTaps + 1));
        Span<int> rowWeights = weights[(padded * entry)..];
        weights = weights[..(padded * entry)];
        int reach = 0;
        for (int x = 0; x < padded; x++)
        {
            Span<int> window = weights.Slice(x * entry, entry);
            window.Clear();
            if (x < outWidth)
            {
                window[0] = across.Pairs(x, window[1..]) * 3;
            }

            reach = Math.Max(reach, window[0]);
        }

        reach += ((groups - 1) * TapsAtOnce * 3) + Vector128<byte>.Count;

        // Rows of whole vectors, with room for the extra bytes that the last pixels' store writes, and one more row to complete an odd
        // pair.
        int stride = ((padded * 3) + Vector128<byte>.Count + Vector<byte>.Count) / Vector<byte>.Count * Vector<byte>.Count;
        Span<byte> bytes = scratch.Bytes(checked(((rows + 2) * stride) + (2 * reach)));
        Span<byte> narrowed = bytes[..((rows + 2) * stride)];
        Span<byte> ends = bytes[narrowed.Length..];
        for (int y = 0; y < rows; y += Lanes.Count)
        {
            int second = Math.Min(y + 1, rows - 1);
            ref readonly byte first = ref Reaching(pixels[(y * pixelStride)..], reach, ends);
            ref readonly byte other = ref Reaching(pixels[(second * pixelStride)..], reach, ends[reach..]);
            Across(in first, in other, weights, groups, ref narrowed[y * stride], ref narrowed[(y + 1) * stride]);
        }

        int bytesAcross = outWidth * 3;
        for (int y = 0; y < outHeight; y++)
        {
            Span<int> pairs = rowWeights[..((down.Of(y, out int start).Length + 1) / 2 * 2)];
            down.Pairs(y, pairs);
            Down(narrowed[((start - firstRow) * stride)..], stride, pairs, into.Slice(y * bytesAcross, bytesAcross));
        }
    }

    private static ref readonly byte Reaching(ReadOnlySpan<byte> row, int reach, Span<byte> copy)
    {
        if (row.Length >= reach)
        {
            return ref MemoryMarshal.GetReference(row);
        }

        row.CopyTo(copy);
        return ref MemoryMarshal.GetReference(copy);
    }

    // One row per lane. Entries of the table: offset of the first pixel in bytes, then upper and lower weights of pairs of taps.
    private static void Across(
        ref readonly byte first, ref readonly byte second, ReadOnlySpan<int> table, int groups, ref byte intoFirst, ref byte intoSecond)
    {
        if (groups == 1)
        {
            AcrossGroups(in first, in second, table, 1, ref intoFirst, ref intoSecond); // up to half the size: compiled without inner loops
        }
        else
        {
            AcrossGroups(in first, in second, table, groups, ref intoFirst, ref intoSecond);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AcrossGroups(
        ref readonly byte first, ref readonly byte second, ReadOnlySpan<int> table, int groups, ref byte intoFirst, ref byte intoSecond)
    {
        int entry = 1 + (groups * TapsAtOnce);
        ref int window = ref MemoryMarshal.GetReference(table);
        nint column = 0;
        for (int left = table.Length; left > 0; left -= entry * PixelsAtOnce)
        {
            Vector<byte> four = Lanes.Narrow(
                Pixel(in first, in second, ref window, groups),
                Pixel(in first, in second, ref Unsafe.Add(ref window, entry), groups),
                Pixel(in first, in second, ref Unsafe.Add(ref window, entry * 2), groups),
                Pixel(in first, in second, ref Unsafe.Add(ref window, entry * 3), groups));
            Lanes.Store(Lanes.Shuffle(four, RgbLanes.Dense), ref Unsafe.Add(ref intoFirst, column), ref Unsafe.Add(ref intoSecond, column));
            window = ref Unsafe.Add(ref window, entry * PixelsAtOnce);
            column += PixelsAtOnce * 3;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> Pixel(ref readonly byte first, ref readonly byte second, ref readonly int window, int groups)
    {
        Vector<int> upper = Vector<int>.Zero;
        Vector<int> lower = new(1 << (TriangleWindows.Precision - 1));
        AddTaps(in first, in second, window, in Unsafe.Add(ref Unsafe.AsRef(in window), 1), ref upper, ref lower);
        for (int group = 1; group < groups; group++)
        {
            AddTaps(
                in first, in second, window + (group * TapsAtOnce * 3),
                in Unsafe.Add(ref Unsafe.AsRef(in window), 1 + (group * TapsAtOnce)), ref upper, ref lower);
        }

        return Together(upper, lower);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTaps(
        ref readonly byte first,
        ref readonly byte second,
        nint place,
        ref readonly int weights,
        ref Vector<int> upper,
        ref Vector<int> lower)
    {
        ref int weight = ref Unsafe.AsRef(in weights);
        Vector<byte> seen = Lanes.Load(
            ref Unsafe.Add(ref Unsafe.AsRef(in first), place),
            ref Unsafe.Add(ref Unsafe.AsRef(in second), place));
        Vector<short> pair = Lanes.Shuffle(seen, FirstPair).As<byte, short>();
        upper += Lanes.PairSums(pair, Both(weight));
        lower += Lanes.PairSums(pair, Both(Unsafe.Add(ref weight, 1)));
        pair = Lanes.Shuffle(seen, SecondPair).As<byte, short>();
        upper += Lanes.PairSums(pair, Both(Unsafe.Add(ref weight, 2)));
        lower += Lanes.PairSums(pair, Both(Unsafe.Add(ref weight, 3)));
    }

    // As many columns at a time as a vector has bytes, and two rows of the window at a time.
    private static void Down(ReadOnlySpan<byte> rows, int stride, ReadOnlySpan<int> pairs, Span<byte> into)
    {
        Span<byte> last = stackalloc byte[Vector<byte>.Count];
        for (int column = 0; column < into.Length; column += Vector<byte>.Count)
        {
            Vector<int> upper0 = Vector<int>.Zero, upper1 = upper0, upper2 = upper0, upper3 = upper0;
            Vector<int> lower0 = new(1 << (TriangleWindows.Precision - 1)), lower1 = lower0, lower2 = lower0, lower3 = lower0;
            ref byte row = ref Unsafe.Add(ref MemoryMarshal.GetReference(rows), column);
            for (int i = 0; i < pairs.Length; i += 2)
            {
                Vector<short> upper = Both(pairs[i]);
                Vector<short> lower = Both(pairs[i + 1]);
                Vector<byte> even = Vector.LoadUnsafe(ref row);
                Vector<byte> odd = Vector.LoadUnsafe(ref Unsafe.Add(ref row, stride));
                row = ref Unsafe.Add(ref row, stride * 2);
                Vector<byte> low = Lanes.InterleaveLow(even, odd);
                Vector<byte> high = Lanes.InterleaveHigh(even, odd);
                Vector<short> levels = Lanes.InterleaveLow(low, Vector<byte>.Zero).As<byte, short>();
                upper0 += Lanes.PairSums(levels, upper);
                lower0 += Lanes.PairSums(levels, lower);
                levels = Lanes.InterleaveHigh(low, Vector<byte>.Zero).As<byte, short>();
                upper1 += Lanes.PairSums(levels, upper);
                lower1 += Lanes.PairSums(levels, lower);
                levels = Lanes.InterleaveLow(high, Vector<byte>.Zero).As<byte, short>();
                upper2 += Lanes.PairSums(levels, upper);
                lower2 += Lanes.PairSums(levels, lower);
                levels = Lanes.InterleaveHigh(high, Vector<byte>.Zero).As<byte, short>();
                upper3 += Lanes.PairSums(levels, upper);
                lower3 += Lanes.PairSums(levels, lower);
            }

            Vector<byte> result = Lanes.Narrow(
                Together(upper0, lower0), Together(upper1, lower1), Together(upper2, lower2), Together(upper3, lower3));
            if (into.Length - column >= Vector<byte>.Count)
            {
                result.CopyTo(into[column..]);
            }
            else
            {
                result.CopyTo(last);
                last[..(into.Length - column)].CopyTo(into[column..]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<short> Both(int pair) => new Vector<int>(pair).As<int, short>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> Together(Vector<int> upper, Vector<int> lower) =>
        ((upper << TriangleWindows.LowBits) + lower) >> TriangleWindows.Precision;
}
