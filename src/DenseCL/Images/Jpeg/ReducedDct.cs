using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DenseCL.Images.Jpeg;

/// <summary>
/// The inverse cosine transform of an 8 × 8 block to 4 × 4, 2 × 2 or 1 sample, each the mean of the samples it replaces; columns first.
/// </summary>
/// <remarks>
/// A coefficient u adds to sample n the mean of cos((2x + 1) u π / 16) over x = 2n, 2n + 1 or over x = 4n … 4n + 3. Rounded to 13 bits,
/// with 2 bits between the passes, this is what the widely used decoders do. Some coefficients add nothing: u = 4 to four samples, and u =
/// 2, 4, 6 to two.
/// </remarks>
internal static class ReducedDct
{
    /// <summary>If the sum of magnitudes in a column is below this, nothing overflows: 7 · 2800 · (20995 / 2¹²) · 20995 &lt; 2³¹.</summary>
    private const int MostInColumn = 2800;

    private const int Bits = InverseDct.ConstantBits;

    /// <summary>Transforms a block.</summary>
    /// <param name="size">Samples along a side: 4, 2 or 1.</param>
    /// <param name="block">64 coefficients row by row.</param>
    /// <param name="factors">The factor of each coefficient.</param>
    /// <param name="samples">Receives the samples, from the upper left one to the end of the last row.</param>
    /// <param name="stride">Samples from a row to the next.</param>
    /// <param name="beyond">The same as in <see cref="InverseDct.Transform"/>.</param>
    public static void Transform(
        int size,
        ReadOnlySpan<short> block,
        ReadOnlySpan<int> factors,
        Span<byte> samples,
        int stride,
        ref Vector256<int> beyond)
    {
        if (size == 1)
        {
            int value = ((block[0] * factors[0]) + 4) >> 3;
            beyond |= InverseDct.Beyond(Vector256.Create(value));
            samples[0] = InverseDct.Sample(value);
            return;
        }

        ref short from = ref MemoryMarshal.GetReference(block[..64]);
        ref int by = ref MemoryMarshal.GetReference(factors[..64]);
        Vector256<int> a = InverseDct.Row(ref from, ref by, 0),
            b = InverseDct.Row(ref from, ref by, 1),
            c = InverseDct.Row(ref from, ref by, 2);
        Vector256<int> d = InverseDct.Row(ref from, ref by, 3),
            e = Vector256<int>.Zero,
            f = InverseDct.Row(ref from, ref by, 5);
        Vector256<int> g = InverseDct.Row(ref from, ref by, 6),
            h = InverseDct.Row(ref from, ref by, 7);
        beyond |=
            Vector256.Create(MostInColumn)
            - (
                Vector256.Abs(a)
                + Vector256.Abs(b)
                + Vector256.Abs(c)
                + Vector256.Abs(d)
                + Vector256.Abs(f)
                + Vector256.Abs(g)
                + Vector256.Abs(h));
        if (size == 4)
        {
            ToFour(ref a, ref b, ref c, ref d, f, g, h, Bits - InverseDct.PassBits + 1);
            (f, g, h) = (e, e, e);
            Transpose.Eight(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            ToFour(ref a, ref b, ref c, ref d, f, g, h, Bits + InverseDct.PassBits + 3 + 1);
            beyond |= InverseDct.Beyond(a) | InverseDct.Beyond(b) | InverseDct.Beyond(c) | InverseDct.Beyond(d);
            StoreFour(a, b, c, d, samples, stride);
        }
        else
        {
            ToTwo(ref a, ref b, d, f, h, Bits - InverseDct.PassBits + 2);
            (c, d, f, g, h) = (e, e, e, e, e);
            Transpose.Eight(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            ToTwo(ref a, ref b, d, f, h, Bits + InverseDct.PassBits + 3 + 2);
            beyond |= InverseDct.Beyond(a) | InverseDct.Beyond(b);
            (samples[0], samples[1]) = (InverseDct.Sample(a[0]), InverseDct.Sample(b[0]));
            (samples[stride], samples[stride + 1]) = (InverseDct.Sample(a[1]), InverseDct.Sample(b[1]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ToFour(
        ref Vector256<int> a,
        ref Vector256<int> b,
        ref Vector256<int> c,
        ref Vector256<int> d,
        Vector256<int> f,
        Vector256<int> g,
        Vector256<int> h,
        int shift)
    {
        Vector256<int> mean = (a << (Bits + 1)) + Vector256.Create(1 << (shift - 1));
        Vector256<int> even = (c * 15137) - (g * 6270);
        Vector256<int> outer = (b * 20995) + (d * 7373) - (f * 4926) - (h * 4176);
        Vector256<int> inner = (b * 8697) - (d * 17799) + (f * 11893) - (h * 1730);
        (a, d) = ((mean + even + outer) >> shift, (mean + even - outer) >> shift);
        (b, c) = ((mean - even + inner) >> shift, (mean - even - inner) >> shift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ToTwo(ref Vector256<int> a, ref Vector256<int> b, Vector256<int> d, Vector256<int> f, Vector256<int> h, int shift)
    {
        Vector256<int> mean = (a << (Bits + 2)) + Vector256.Create(1 << (shift - 1));
        Vector256<int> odd = (b * 29692) - (d * 10426) + (f * 6967) - (h * 5906);
        (a, b) = ((mean + odd) >> shift, (mean - odd) >> shift);
    }

    // Takes columns.
    private static void StoreFour(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d, Span<byte> samples, int stride)
    {
        Vector128<short> left = Vector128.NarrowWithSaturation(a.GetLower(), b.GetLower()),
            right = Vector128.NarrowWithSaturation(c.GetLower(), d.GetLower());
        Vector128<byte> columns = Vector128.NarrowWithSaturation(left, right).AsByte() ^ Vector128.Create((byte)0x80);
        Vector128<uint> rows = Vector128
            .Shuffle(columns, Vector128.Create((byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15))
            .AsUInt32();
        for (int y = 0; y < 4; y++)
        {
            uint row = rows[y];
            MemoryMarshal.Write(samples[(y * stride)..], row);
        }
    }
}
