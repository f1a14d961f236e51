using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DenseCL.Images.Jpeg;

/// <summary>
/// Doubles the chroma samples with a triangle filter: three parts of the nearer sample, one of the farther. Beyond the edge of the image
/// the last sample is repeated.
/// </summary>
/// <remarks>Rounding alternates up and down to avoid drift; when both axes are doubled, it happens once, at the end.</remarks>
internal static class ChromaRow
{
    /// <summary>Extra samples before and after a row of <see cref="Sums"/> that <see cref="Double"/> reads.</summary>
    public const int Neighbours = 1;

    /// <summary>Three parts of one row and one part of another.</summary>
    /// <param name="near">The nearer row.</param>
    /// <param name="far">The farther row.</param>
    /// <param name="sums">Receives the sums, as many as there are samples.</param>
    public static void Sums(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, Span<ushort> sums)
    {
        far = far[..near.Length];
        int x = 0;
        for (; x <= near.Length - Vector128<byte>.Count; x += Vector128<byte>.Count)
        {
            (Vector128<ushort> nearLow, Vector128<ushort> nearHigh) = Vector128.Widen(Vector128.Create(near[x..]));
            (Vector128<ushort> farLow, Vector128<ushort> farHigh) = Vector128.Widen(Vector128.Create(far[x..]));
            ((nearLow * 3) + farLow).CopyTo(sums[x..]);
            ((nearHigh * 3) + farHigh).CopyTo(sums[(x + 8)..]);
        }

        for (; x < near.Length; x++)
            sums[x] = (ushort)((near[x] * 3) + far[x]);
    }

    /// <summary>One row, unchanged.</summary>
    /// <param name="row">The row.</param>
    /// <param name="sums">Receives the samples.</param>
    public static void Copy(ReadOnlySpan<byte> row, Span<ushort> sums)
    {
        int x = 0;
        for (; x <= row.Length - Vector128<byte>.Count; x += Vector128<byte>.Count)
        {
            (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Create(row[x..]));
            low.CopyTo(sums[x..]);
            high.CopyTo(sums[(x + 8)..]);
        }

        for (; x < row.Length; x++)
            sums[x] = row[x];
    }

    /// <summary>Doubles a row.</summary>
    /// <param name="sums">The row, with <see cref="Neighbours"/> before and after.</param>
    /// <param name="both">Whether these are sums of two rows, not one row.</param>
    /// <param name="into">Receives two samples for each.</param>
    public static void Double(ReadOnlySpan<ushort> sums, bool both, Span<byte> into)
    {
        (int left, int right, int shift) = both ? (8, 7, 4) : (1, 2, 2);
        int count = sums.Length - (2 * Neighbours), x = 0;
        Span<ushort> pairs = MemoryMarshal.Cast<byte, ushort>(into[..(count * 2)]);
        Vector128<ushort> toLeft = Vector128.Create((ushort)left), toRight = Vector128.Create((ushort)right);
        if (BitConverter.IsLittleEndian)
        {
            for (; x <= count - Vector128<ushort>.Count; x += Vector128<ushort>.Count)
            {
                Vector128<ushort> here = Vector128.Create(sums[(x + 1)..]) * 3;
                Vector128<ushort> first = (here + Vector128.Create(sums[x..]) + toLeft) >> shift;
                Vector128<ushort> second = (here + Vector128.Create(sums[(x + 2)..]) + toRight) >> shift;
                (first | (second << 8)).CopyTo(pairs[x..]);
            }
        }

        for (; x < count; x++)
        {
            int here = sums[x + 1] * 3;
            (into[2 * x], into[(2 * x) + 1]) = ((byte)((here + sums[x] + left) >> shift), (byte)((here + sums[x + 2] + right) >> shift));
        }
    }

    /// <summary>Repeats each sample.</summary>
    /// <param name="row">The row.</param>
    /// <param name="into">Receives two samples for each.</param>
    public static void Repeat(ReadOnlySpan<byte> row, Span<byte> into)
    {
        for (int x = 0; x < row.Length; x++)
            into[2 * x] = into[(2 * x) + 1] = row[x];
    }
}
