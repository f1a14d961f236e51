using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DenseCL.Images.Jpeg;

/// <summary>
/// The inverse cosine transform of an 8 × 8 block: the integer algorithm of Loeffler, Ligtenberg and Moschytz (ICASSP 1989), columns first.
/// Constants have 13 fractional bits, and the values between the two passes have 2. With these numbers the result equals that of the widely
/// used decoders to the last bit.
/// </summary>
internal static class InverseDct
{
    /// <summary>Fractional bits of the constants.</summary>
    public const int ConstantBits = 13;

    /// <summary>Fractional bits between the passes.</summary>
    public const int PassBits = 2;

    /// <summary>
    /// If the sum of magnitudes in a column is below this, nothing overflows: 8 · 4096 · (4 · √2 · cos(π/16))² · 2¹¹ &lt; 2³¹.
    /// </summary>
    private const int MostInColumn = 4096;

    private const int LastOfFirstFour = 9; // the zigzag index up to which only the first four rows and columns are reached

    /// <summary>Transforms a block.</summary>
    /// <param name="block">64 coefficients row by row.</param>
    /// <param name="last">The zigzag index of the last coefficient that may not be zero.</param>
    /// <param name="factors">The factor of each coefficient.</param>
    /// <param name="samples">Receives the samples, from the upper left one to the end of the eighth row.</param>
    /// <param name="stride">Samples from a row to the next.</param>
    /// <param name="beyond">Gets a bit set at the top of a lane if the block has values that no encoder produces and that other decoders
    /// turn into something else.</param>
    public static void Transform(
        ReadOnlySpan<short> block,
        int last,
        ReadOnlySpan<int> factors,
        Span<byte> samples,
        int stride,
        ref Vector256<int> beyond)
    {
        if (last == 0)
        {
            Flat(block[0] * factors[0], samples, stride, ref beyond);
            return;
        }

        ref short coefficients = ref MemoryMarshal.GetReference(block[..64]);
        ref int by = ref MemoryMarshal.GetReference(factors[..64]);
        Vector256<int> a = Row(ref coefficients, ref by, 0),
            b = Row(ref coefficients, ref by, 1),
            c = Row(ref coefficients, ref by, 2),
            d = Row(ref coefficients, ref by, 3);
        Vector256<int> e,
            f,
            g,
            h;
        Vector256<int> sum = Vector256.Abs(a) + Vector256.Abs(b) + Vector256.Abs(c) + Vector256.Abs(d);
        if (last <= LastOfFirstFour)
        {
            FirstFour(ref a, ref b, ref c, ref d, out e, out f, out g, out h, ConstantBits - PassBits);
            Transpose.FirstColumns(ref a, ref b, ref c, ref d, e, f, g, h);
            FirstFour(ref a, ref b, ref c, ref d, out e, out f, out g, out h, ConstantBits + PassBits + 3);
        }
        else
        {
            (e, f, g, h) = (
                Row(ref coefficients, ref by, 4),
                Row(ref coefficients, ref by, 5),
                Row(ref coefficients, ref by, 6),
                Row(ref coefficients, ref by, 7));
            sum += Vector256.Abs(e) + Vector256.Abs(f) + Vector256.Abs(g) + Vector256.Abs(h);
            All(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h, ConstantBits - PassBits);
            Transpose.Eight(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            All(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h, ConstantBits + PassBits + 3);
        }

        beyond |= Vector256.Create(MostInColumn) - sum;
        Store(
            Saturate(a, b, ref beyond),
            Saturate(c, d, ref beyond),
            Saturate(e, f, ref beyond),
            Saturate(g, h, ref beyond),
            samples,
            stride);
    }

    /// <summary>Samples are stored from 0 but coded around 0; this is the difference.</summary>
    public static byte Sample(int value) => (byte)(Math.Clamp(value, -128, 127) + 128);

    /// <summary>Records a value that is so far outside the range of samples that some decoders wrap it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Beyond(Vector256<int> value) => (value + Vector256.Create(512)) | (Vector256.Create(511) - value);

    /// <summary>Eight coefficients.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Row(ref short coefficients, ref int factors, nuint row)
    {
        (Vector128<int> low, Vector128<int> high) = Vector128.Widen(Vector128.LoadUnsafe(ref coefficients, row * 8));
        return Vector256.Create(low, high) * Vector256.LoadUnsafe(ref factors, row * 8);
    }

    private static void Flat(int mean, Span<byte> samples, int stride, ref Vector256<int> beyond)
    {
        int value = (mean + 4) >> 3;
        beyond |= Beyond(Vector256.Create(value)) | Vector256.Create(MostInColumn - Math.Abs(mean));
        ulong eight = Sample(value) * 0x0101010101010101UL;
        for (int y = 0; y < 8; y++)
            MemoryMarshal.Write(samples[(y * stride)..], eight);
    }

    // One pass: takes rows, returns rows of the transformed columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void All(
        ref Vector256<int> a, ref Vector256<int> b, ref Vector256<int> c, ref Vector256<int> d,
        ref Vector256<int> e, ref Vector256<int> f, ref Vector256<int> g, ref Vector256<int> h, int shift)
    {
        if (!Vector256.IsHardwareAccelerated)
        {
            (Vector128<int> a0, Vector128<int> b0, Vector128<int> c0, Vector128<int> d0) = (
                a.GetLower(),
                b.GetLower(),
                c.GetLower(),
                d.GetLower());
            (Vector128<int> e0, Vector128<int> f0, Vector128<int> g0, Vector128<int> h0) = (
                e.GetLower(),
                f.GetLower(),
                g.GetLower(),
                h.GetLower());
            All(ref a0, ref b0, ref c0, ref d0, ref e0, ref f0, ref g0, ref h0, shift);
            (Vector128<int> a1, Vector128<int> b1, Vector128<int> c1, Vector128<int> d1) = (
                a.GetUpper(),
                b.GetUpper(),
                c.GetUpper(),
                d.GetUpper());
            (Vector128<int> e1, Vector128<int> f1, Vector128<int> g1, Vector128<int> h1) = (
                e.GetUpper(),
                f.GetUpper(),
                g.GetUpper(),
                h.GetUpper());
            All(ref a1, ref b1, ref c1, ref d1, ref e1, ref f1, ref g1, ref h1, shift);
            (a, b, c, d) = (Vector256.Create(a0, a1), Vector256.Create(b0, b1), Vector256.Create(c0, c1), Vector256.Create(d0, d1));
            (e, f, g, h) = (Vector256.Create(e0, e1), Vector256.Create(f0, f1), Vector256.Create(g0, g1), Vector256.Create(h0, h1));
            return;
        }

        Vector256<int> half = Vector256.Create(1 << (shift - 1));
        Vector256<int> turned = (c + g) * 4433;
        (Vector256<int> even2, Vector256<int> even3) = (turned - (g * 15137), turned + (c * 6270));
        (Vector256<int> even0, Vector256<int> even1) = (((a + e) << ConstantBits) + half, ((a - e) << ConstantBits) + half);
        (Vector256<int> outer, Vector256<int> outerDown) = (even0 + even3, even0 - even3);
        (Vector256<int> inner, Vector256<int> innerDown) = (even1 + even2, even1 - even2);

        Vector256<int> z5 = (h + d + f + b) * 9633;
        Vector256<int> z1 = (h + b) * -7373,
            z2 = (f + d) * -20995,
            z3 = ((h + d) * -16069) + z5,
            z4 = ((f + b) * -3196) + z5;
        Vector256<int> odd0 = (h * 2446) + z1 + z3,
            odd1 = (f * 16819) + z2 + z4,
            odd2 = (d * 25172) + z2 + z3,
            odd3 = (b * 12299) + z1 + z4;
        (a, h) = ((outer + odd3) >> shift, (outer - odd3) >> shift);
        (b, g) = ((inner + odd2) >> shift, (inner - odd2) >> shift);
        (c, f) = ((innerDown + odd1) >> shift, (innerDown - odd1) >> shift);
        (d, e) = ((outerDown + odd0) >> shift, (outerDown - odd0) >> shift);
    }

    // For processors with 128-bit vectors only, on which the compiler keeps wider vectors in memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void All(
        ref Vector128<int> a, ref Vector128<int> b, ref Vector128<int> c, ref Vector128<int> d,
        ref Vector128<int> e, ref Vector128<int> f, ref Vector128<int> g, ref Vector128<int> h, int shift)
    {
        Vector128<int> half = Vector128.Create(1 << (shift - 1));
        Vector128<int> turned = (c + g) * 4433;
        (Vector128<int> even2, Vector128<int> even3) = (turned - (g * 15137), turned + (c * 6270));
        (Vector128<int> even0, Vector128<int> even1) = (((a + e) << ConstantBits) + half, ((a - e) << ConstantBits) + half);
        (Vector128<int> outer, Vector128<int> outerDown) = (even0 + even3, even0 - even3);
        (Vector128<int> inner, Vector128<int> innerDown) = (even1 + even2, even1 - even2);

        Vector128<int> z5 = (h + d + f + b) * 9633;
        Vector128<int> z1 = (h + b) * -7373,
            z2 = (f + d) * -20995,
            z3 = ((h + d) * -16069) + z5,
            z4 = ((f + b) * -3196) + z5;
        Vector128<int> odd0 = (h * 2446) + z1 + z3,
            odd1 = (f * 16819) + z2 + z4,
            odd2 = (d * 25172) + z2 + z3,
            odd3 = (b * 12299) + z1 + z4;
        (a, h) = ((outer + odd3) >> shift, (outer - odd3) >> shift);
        (b, g) = ((inner + odd2) >> shift, (inner - odd2) >> shift);
        (c, f) = ((innerDown + odd1) >> shift, (innerDown - odd1) >> shift);
        (d, e) = ((outerDown + odd0) >> shift, (outerDown - odd0) >> shift);
    }

    // The same with the last four rows zero, multiplied out.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FirstFour(
        ref Vector256<int> a, ref Vector256<int> b, ref Vector256<int> c, ref Vector256<int> d,
        out Vector256<int> e, out Vector256<int> f, out Vector256<int> g, out Vector256<int> h, int shift)
    {
        Vector256<int> even = (a << ConstantBits) + Vector256.Create(1 << (shift - 1));
        (Vector256<int> even2, Vector256<int> even3) = (c * 4433, c * (4433 + 6270));
        (Vector256<int> outer, Vector256<int> outerDown) = (even + even3, even - even3);
        (Vector256<int> inner, Vector256<int> innerDown) = (even + even2, even - even2);

        Vector256<int> odd0 = (b * (9633 - 7373)) + (d * (9633 - 16069));
        Vector256<int> odd1 = (b * (9633 - 3196)) + (d * (9633 - 20995));
        Vector256<int> odd2 = (b * 9633) + (d * (25172 - 20995 - 16069 + 9633));
        Vector256<int> odd3 = (b * (12299 - 7373 - 3196 + 9633)) + (d * 9633);
        (a, h) = ((outer + odd3) >> shift, (outer - odd3) >> shift);
        (b, g) = ((inner + odd2) >> shift, (inner - odd2) >> shift);
        (c, f) = ((innerDown + odd1) >> shift, (innerDown - odd1) >> shift);
        (d, e) = ((outerDown + odd0) >> shift, (outerDown - odd0) >> shift);
    }

    // Two columns of eight samples.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Saturate(Vector256<int> first, Vector256<int> second, ref Vector256<int> beyond)
    {
        beyond |= Beyond(first) | Beyond(second);
        Vector128<short> low = Vector128.NarrowWithSaturation(first.GetLower(), first.GetUpper());
        Vector128<short> high = Vector128.NarrowWithSaturation(second.GetLower(), second.GetUpper());
        return Vector128.NarrowWithSaturation(low, high).AsByte() ^ Vector128.Create((byte)0x80);
    }

    // Takes columns, two per vector. Interleaving the two halves of the 64 bytes rotates their 6-bit indices by one bit; doing it three
    // times transposes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, Vector128<byte> d, Span<byte> samples, int stride)
    {
        for (int turn = 0; turn < 3; turn++)
            (a, b, c, d) = (Transpose.ZipLow(a, c), Transpose.ZipHigh(a, c), Transpose.ZipLow(b, d), Transpose.ZipHigh(b, d));

        ref byte to = ref MemoryMarshal.GetReference(samples[..((7 * stride) + 8)]);
        Pair(a, ref to, stride);
        Pair(b, ref Unsafe.Add(ref to, 2 * stride), stride);
        Pair(c, ref Unsafe.Add(ref to, 4 * stride), stride);
        Pair(d, ref Unsafe.Add(ref to, 6 * stride), stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair(Vector128<byte> rows, ref byte to, int stride)
    {
        rows.GetLower().StoreUnsafe(ref to);
        rows.GetUpper().StoreUnsafe(ref Unsafe.Add(ref to, stride));
    }
}
