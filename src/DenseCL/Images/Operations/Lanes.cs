using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace DenseCL.Images.Operations;

/// <summary>Operations for pixels that <see cref="Vector{T}"/> lacks: loads, shuffles and sums within each 128-bit lane.</summary>
/// <remarks>
/// A vector has two lanes with AVX2 and one otherwise. Loops written with these operations, and their results, are the same on every
/// processor.
/// </remarks>
internal static class Lanes
{
    /// <summary>Whether the processor has the instructions; if not, callers use their scalar code.</summary>
    public static bool AreSupported =>
        Vector.IsHardwareAccelerated
        && (
            (Avx2.IsSupported && Vector<byte>.Count == 32) || ((Sse2.IsSupported || AdvSimd.Arm64.IsSupported) && Vector<byte>.Count == 16)
        );

    /// <summary>Lanes in a vector: 1 or 2.</summary>
    public static int Count => Vector<byte>.Count / Vector128<byte>.Count;

    /// <summary>16 bytes from each of two places; only from the first if a vector is one lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<byte> Load(ref readonly byte first, ref readonly byte second) =>
        Vector<byte>.Count == 32
            ? Vector256.Create(Vector128.LoadUnsafe(in first), Vector128.LoadUnsafe(in second)).AsVector()
            : Vector128.LoadUnsafe(in first).AsVector();

    /// <summary>The reverse of <see cref="Load"/>; the second lane is written last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector<byte> vector, ref byte first, ref byte second)
    {
        if (Vector<byte>.Count == 32)
        {
            vector.AsVector256().GetLower().StoreUnsafe(ref first);
            vector.AsVector256().GetUpper().StoreUnsafe(ref second);
        }
        else
        {
            vector.AsVector128().StoreUnsafe(ref first);
        }
    }

    /// <summary>
    /// Byte i of each lane becomes the byte of the same lane at the index that place i of the pattern gives, or 0 for 255.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<byte> Shuffle(Vector<byte> vector, Vector128<byte> pattern)
    {
        if (Vector<byte>.Count == 32)
        {
            return Avx2.Shuffle(vector.AsVector256(), Vector256.Create(pattern, pattern)).AsVector();
        }

        return (
            Ssse3.IsSupported ? Ssse3.Shuffle(vector.AsVector128(), pattern) : Vector128.Shuffle(vector.AsVector128(), pattern)
        ).AsVector();
    }

    /// <summary>Interleaves the lower half of each lane with that of the other vector, byte by byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<byte> InterleaveLow(Vector<byte> even, Vector<byte> odd)
    {
        if (Vector<byte>.Count == 32)
        {
            return Avx2.UnpackLow(even.AsVector256(), odd.AsVector256()).AsVector();
        }

        return Sse2.IsSupported
            ? Sse2.UnpackLow(even.AsVector128(), odd.AsVector128()).AsVector()
            : AdvSimd.Arm64.ZipLow(even.AsVector128(), odd.AsVector128()).AsVector();
    }

    /// <summary>Interleaves the upper half of each lane with that of the other vector, byte by byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<byte> InterleaveHigh(Vector<byte> even, Vector<byte> odd)
    {
        if (Vector<byte>.Count == 32)
        {
            return Avx2.UnpackHigh(even.AsVector256(), odd.AsVector256()).AsVector();
        }

        return Sse2.IsSupported
            ? Sse2.UnpackHigh(even.AsVector128(), odd.AsVector128()).AsVector()
            : AdvSimd.Arm64.ZipHigh(even.AsVector128(), odd.AsVector128()).AsVector();
    }

    /// <inheritdoc cref="InterleaveLow(Vector{byte}, Vector{byte})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<short> InterleaveLow(Vector<short> even, Vector<short> odd)
    {
        if (Vector<byte>.Count == 32)
        {
            return Avx2.UnpackLow(even.AsVector256(), odd.AsVector256()).AsVector();
        }

        return Sse2.IsSupported
            ? Sse2.UnpackLow(even.AsVector128(), odd.AsVector128()).AsVector()
            : AdvSimd.Arm64.ZipLow(even.AsVector128(), odd.AsVector128()).AsVector();
    }

    /// <inheritdoc cref="InterleaveHigh(Vector{byte}, Vector{byte})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<short> InterleaveHigh(Vector<short> even, Vector<short> odd)
    {
        if (Vector<byte>.Count == 32)
        {
            return Avx2.UnpackHigh(even.AsVector256(), odd.AsVector256()).AsVector();
        }

        return Sse2.IsSupported
            ? Sse2.UnpackHigh(even.AsVector128(), odd.AsVector128()).AsVector()
            : AdvSimd.Arm64.ZipHigh(even.AsVector128(), odd.AsVector128()).AsVector();
    }

    /// <summary>Products of 16-bit numbers, added in neighbouring pairs: element i is a[2i] · b[2i] + a[2i + 1] · b[2i + 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<int> PairSums(Vector<short> a, Vector<short> b)
    {
        if (Vector<byte>.Count == 32)
        {
            return Avx2.MultiplyAddAdjacent(a.AsVector256(), b.AsVector256()).AsVector();
        }

        if (Sse2.IsSupported)
        {
            return Sse2.MultiplyAddAdjacent(a.AsVector128(), b.AsVector128()).AsVector();
        }

        return AdvSimd.Arm64.AddPairwise(
            AdvSimd.MultiplyWideningLower(a.AsVector128().GetLower(), b.AsVector128().GetLower()),
            AdvSimd.MultiplyWideningUpper(a.AsVector128(), b.AsVector128())).AsVector();
    }

    /// <summary>
    /// Clamps integers to 0 … 255. Each lane gets the lanes of its arguments in order, so this undoes two interleavings with 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<byte> Narrow(Vector<int> first, Vector<int> second, Vector<int> third, Vector<int> fourth)
    {
        if (Vector<byte>.Count == 32)
        {
            return Avx2.PackUnsignedSaturate(
                Avx2.PackSignedSaturate(first.AsVector256(), second.AsVector256()),
                Avx2.PackSignedSaturate(third.AsVector256(), fourth.AsVector256())).AsVector();
        }

        if (Sse2.IsSupported)
        {
            return Sse2.PackUnsignedSaturate(
                Sse2.PackSignedSaturate(first.AsVector128(), second.AsVector128()),
                Sse2.PackSignedSaturate(third.AsVector128(), fourth.AsVector128())).AsVector();
        }

        Vector128<ushort> low = AdvSimd.ExtractNarrowingSaturateUnsignedUpper(
            AdvSimd.ExtractNarrowingSaturateUnsignedLower(first.AsVector128()), second.AsVector128());
        Vector128<ushort> high = AdvSimd.ExtractNarrowingSaturateUnsignedUpper(
            AdvSimd.ExtractNarrowingSaturateUnsignedLower(third.AsVector128()), fourth.AsVector128());
        return AdvSimd.ExtractNarrowingSaturateUpper(AdvSimd.ExtractNarrowingSaturateLower(low), high).AsVector();
    }
}
