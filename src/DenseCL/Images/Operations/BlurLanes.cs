using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DenseCL.Images.Operations;

/// <summary>The box passes of <see cref="Blur"/> with vector instructions.</summary>
/// <remarks>
/// Rows and columns use the same loop over bytes: the neighbours of a byte are 3 bytes or a whole row apart, and the edges are repeated in
/// advance. A box is summed anew for each pixel. For the usual radii (0 or 1 up to sigma 2.4) that is less work than a running sum.
/// </remarks>
internal static class BlurLanes
{
    /// <summary>The largest radius whose sum, 255 · (2 · radius + 1), is a signed 16-bit number.</summary>
    public const int MostRadius = 63;

    // Weights have up to 25 bits; both parts are signed 16-bit numbers. upper · 2^12 + lower + half is below 2³², because all weights
    // together are at most 2^24.
    private const int LowBits = 12;
    private const int Precision = 24;

    /// <summary>Blurs in place.</summary>
    /// <param name="pixels">(height, width, 3).</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="passes">Boxes in each direction; odd.</param>
    /// <param name="radius">Pixels on either side that have the same weight as the one in the middle, at most <see
    /// cref="MostRadius"/>.</param>
    /// <param name="inner">Their weight.</param>
    /// <param name="outer">The weight of the next pixel on either side.</param>
    /// <param name="scratch">Working memory.</param>
    public static void Blur(Span<byte> pixels, int width, int height, int passes, int radius, uint inner, uint outer, Scratch scratch)
    {
        int stride = width * 3;
        int rowMargin = (radius + 1) * 3;
        int margin = (radius + 1) * stride;
        int rowLength = stride + (rowMargin * 2);
        int length = checked(pixels.Length + (margin * 2));

        // Two rows and two images with their repeated edges; a last vector may read beyond them.
        Span<byte> bytes = scratch.Bytes(checked(((rowLength + length) * 2) + Vector<byte>.Count));
        Span<byte> row = bytes[..rowLength];
        Span<byte> nextRow = bytes.Slice(rowLength, rowLength);
        Span<byte> image = bytes.Slice(rowLength * 2, length);
        Span<byte> nextImage = bytes.Slice((rowLength * 2) + length, length);
        for (int y = 0; y < height; y++)
        {
            pixels.Slice(y * stride, stride).CopyTo(row[rowMargin..]);
            for (int pass = 1; pass < passes; pass++)
            {
                Pass(row, nextRow[rowMargin..^rowMargin], 3, radius, inner, outer);
                Swap(ref row, ref nextRow);
            }

            Pass(row, image.Slice(margin + (y * stride), stride), 3, radius, inner, outer);
        }

        for (int pass = 1; pass < passes; pass++)
        {
            Pass(image, nextImage[margin..^margin], stride, radius, inner, outer);
            Swap(ref image, ref nextImage);
        }

        Pass(image, pixels, stride, radius, inner, outer);
    }

    private static void Pass(Span<byte> source, Span<byte> into, int step, int radius, uint inner, uint outer)
    {
        RepeatEdges(source, step, radius + 1);
        Vector<short> upper = Both(inner >> LowBits, outer >> LowBits);
        Vector<short> lower = Both(inner & ((1 << LowBits) - 1), outer & ((1 << LowBits) - 1));
        Span<byte> last = stackalloc byte[Vector<byte>.Count];
        for (int i = 0; i < into.Length; i += Vector<byte>.Count)
        {
            ref byte left = ref Unsafe.Add(ref MemoryMarshal.GetReference(source), i);
            ref byte centre = ref Unsafe.Add(ref left, (radius + 1) * step);
            Vector<byte> first = Vector.LoadUnsafe(ref left);
            Vector<byte> final = Vector.LoadUnsafe(ref Unsafe.Add(ref centre, (radius + 1) * step));
            Vector<short> endsLow = Low(first) + Low(final);
            Vector<short> endsHigh = High(first) + High(final);
            Vector<byte> middle = Vector.LoadUnsafe(ref centre);
            Vector<short> sumLow = Low(middle);
            Vector<short> sumHigh = High(middle);
            for (int offset = radius * step; offset > 0; offset -= step)
            {
                Vector<byte> before = Vector.LoadUnsafe(ref Unsafe.Subtract(ref centre, offset));
                Vector<byte> after = Vector.LoadUnsafe(ref Unsafe.Add(ref centre, offset));
                sumLow += Low(before) + Low(after);
                sumHigh += High(before) + High(after);
            }

            Vector<byte> result = Lanes.Narrow(
                Weigh(Lanes.InterleaveLow(sumLow, endsLow), upper, lower),
                Weigh(Lanes.InterleaveHigh(sumLow, endsLow), upper, lower),
                Weigh(Lanes.InterleaveLow(sumHigh, endsHigh), upper, lower),
                Weigh(Lanes.InterleaveHigh(sumHigh, endsHigh), upper, lower));
            if (into.Length - i >= Vector<byte>.Count)
            {
                result.CopyTo(into[i..]);
            }
            else
            {
                result.CopyTo(last);
                last[..(into.Length - i)].CopyTo(into[i..]);
            }
        }
    }

    private static void Swap(ref Span<byte> a, ref Span<byte> b)
    {
        Span<byte> c = a;
        a = b;
        b = c;
    }

    private static void RepeatEdges(Span<byte> source, int step, int count)
    {
        ReadOnlySpan<byte> first = source.Slice(count * step, step);
        ReadOnlySpan<byte> last = source[^((count + 1) * step)..^(count * step)];
        for (int i = 0; i < count; i++)
        {
            first.CopyTo(source[(i * step)..]);
            last.CopyTo(source[^((i + 1) * step)..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> Weigh(Vector<short> sumAndEnds, Vector<short> upper, Vector<short> lower)
    {
        Vector<int> sum =
            (Lanes.PairSums(sumAndEnds, upper) << LowBits) + Lanes.PairSums(sumAndEnds, lower) + new Vector<int>(1 << (Precision - 1));
        return sum >>> Precision;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<short> Low(Vector<byte> bytes) => Lanes.InterleaveLow(bytes, Vector<byte>.Zero).As<byte, short>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<short> High(Vector<byte> bytes) => Lanes.InterleaveHigh(bytes, Vector<byte>.Zero).As<byte, short>();

    private static Vector<short> Both(uint sum, uint ends) => new Vector<uint>(sum | (ends << 16)).As<uint, short>();
}
