using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DenseCL.Images.Jpeg;

/// <summary>Converts a row of YCbCr to RGB (JFIF 1.02), in integers with 16 fractional bits, as the widely used decoders do.</summary>
internal static class RgbRow
{
    /// <summary>Pixels processed at a time; this many samples are read even if a row ends earlier.</summary>
    public const int Step = 16;

    private const int RedOfCr = 91881;    // 1.402
    private const int BlueOfCb = 116130;  // 1.772
    private const int GreenOfCb = -22554; // −0.34414
    private const int GreenOfCr = -46802; // −0.71414
    private const int One = 1 << 16;

    /// <summary>Converts a row.</summary>
    /// <param name="luma">The luma samples, padded to a multiple of <see cref="Step"/>.</param>
    /// <param name="blue">The Cb samples, padded in the same way.</param>
    /// <param name="red">The Cr samples, padded in the same way.</param>
    /// <param name="rgb">Receives the pixels.</param>
    public static void FromYcbcr(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> blue, ReadOnlySpan<byte> red, Span<byte> rgb)
    {
        for (; rgb.Length >= 3 * Step; luma = luma[Step..], blue = blue[Step..], red = red[Step..], rgb = rgb[(3 * Step)..])
            Sixteen(luma, blue, red, rgb);

        if (rgb.IsEmpty) return;

        Span<byte> last = stackalloc byte[3 * Step];
        Sixteen(luma, blue, red, last);
        last[..rgb.Length].CopyTo(rgb);
    }

    /// <summary>Converts a grey row.</summary>
    /// <param name="luma">The luma samples, padded to a multiple of <see cref="Step"/>.</param>
    /// <param name="rgb">Receives the pixels.</param>
    public static void FromGrey(ReadOnlySpan<byte> luma, Span<byte> rgb)
    {
        for (; rgb.Length >= 3 * Step; luma = luma[Step..], rgb = rgb[(3 * Step)..])
        {
            Vector128<byte> grey = Vector128.Create(luma);
            Interleave(grey, grey, grey, ref MemoryMarshal.GetReference(rgb));
        }

        for (int i = 0; i < rgb.Length; i++)
            rgb[i] = luma[i / 3];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sixteen(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> blue, ReadOnlySpan<byte> red, Span<byte> rgb)
    {
        Vector256<short> middle = Vector256.Create((short)128);
        Vector256<short> y = Widen(luma), cb = Widen(blue) - middle, cr = Widen(red) - middle;

        // The factors have more than 15 bits: the whole part is taken out. Twice the value times half the fraction is the rounded
        // fractional part.
        Vector256<short> r = y + cr + Rounded(MultiplyHigh(cr + cr, RedOfCr - One));
        Vector256<short> b = y + cb + cb + Rounded(MultiplyHigh(cb + cb, BlueOfCb - (2 * One)));
        Vector256<short> g = y - cr + Green(cb, cr);
        Interleave(Clamp(r), Clamp(g), Clamp(b), ref MemoryMarshal.GetReference(rgb[..(3 * Step)]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Widen(ReadOnlySpan<byte> samples)
    {
        (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Create(samples));
        return Vector256.Create(low, high).AsInt16();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Rounded(Vector256<short> twice) => (twice + Vector256<short>.One) >> 1;

    // The upper 16 bits of the product.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> MultiplyHigh(Vector256<short> value, int factor)
    {
        if (Avx2.IsSupported) return Avx2.MultiplyHigh(value, Vector256.Create((short)factor));

        (Vector256<int> low, Vector256<int> high) = Vector256.Widen(value);
        return Vector256.Narrow((low * factor) >> 16, (high * factor) >> 16);
    }

    // (GreenOfCb · cb + (GreenOfCr + 1) · cr), rounded once; the whole part is taken out, which leaves 16 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Green(Vector256<short> cb, Vector256<short> cr)
    {
        Vector256<int> half = Vector256.Create(One / 2);
        if (Avx2.IsSupported)
        {
            Vector256<short> factors = Vector256.Create((GreenOfCb & 0xFFFF) | ((GreenOfCr + One) << 16)).AsInt16();
            return Avx2.PackSignedSaturate(
                (Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(cb, cr), factors) + half) >> 16,
                (Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(cb, cr), factors) + half) >> 16);
        }

        (Vector256<int> blueLow, Vector256<int> blueHigh) = Vector256.Widen(cb);
        (Vector256<int> redLow, Vector256<int> redHigh) = Vector256.Widen(cr);
        return Vector256.Narrow(
            ((blueLow * GreenOfCb) + (redLow * (GreenOfCr + One)) + half) >> 16,
            ((blueHigh * GreenOfCb) + (redHigh * (GreenOfCr + One)) + half) >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Clamp(Vector256<short> value)
    {
        if (Sse2.IsSupported) return Sse2.PackUnsignedSaturate(value.GetLower(), value.GetUpper());

        Vector256<short> clamped = Vector256.Min(Vector256.Max(value, Vector256<short>.Zero), Vector256.Create((short)255));
        return Vector128.Narrow(clamped.GetLower().AsUInt16(), clamped.GetUpper().AsUInt16());
    }

    // An index that is out of range gives 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(Vector128<byte> r, Vector128<byte> g, Vector128<byte> b, ref byte rgb)
    {
        const byte no = 0xFF;
        (Vector128.Shuffle(r, Vector128.Create(0, no, no, 1, no, no, 2, no, no, 3, no, no, 4, no, no, 5))
            | Vector128.Shuffle(g, Vector128.Create(no, 0, no, no, 1, no, no, 2, no, no, 3, no, no, 4, no, no))
            | Vector128.Shuffle(b, Vector128.Create(no, no, 0, no, no, 1, no, no, 2, no, no, 3, no, no, 4, no))).StoreUnsafe(ref rgb);
        (Vector128.Shuffle(r, Vector128.Create(no, no, 6, no, no, 7, no, no, 8, no, no, 9, no, no, 10, no))
            | Vector128.Shuffle(g, Vector128.Create(5, no, no, 6, no, no, 7, no, no, 8, no, no, 9, no, no, 10))
            | Vector128.Shuffle(b, Vector128.Create(no, 5, no, no, 6, no, no, 7, no, no, 8, no, no, 9, no, no))).StoreUnsafe(ref rgb, 16);
        (Vector128.Shuffle(r, Vector128.Create(no, 11, no, no, 12, no, no, 13, no, no, 14, no, no, 15, no, no))
            | Vector128.Shuffle(g, Vector128.Create(no, no, 11, no, no, 12, no, no, 13, no, no, 14, no, no, 15, no))
            | Vector128.Shuffle(b, Vector128.Create(10, no, no, 11, no, no, 12, no, no, 13, no, no, 14, no, no, 15))
        ).StoreUnsafe(ref rgb, 32);
    }
}
