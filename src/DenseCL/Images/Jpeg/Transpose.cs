using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace DenseCL.Images.Jpeg;

/// <summary>Transposes eight vectors of eight numbers.</summary>
internal static class Transpose
{
    /// <summary>Transposes eight rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Eight(
        ref Vector256<int> a, ref Vector256<int> b, ref Vector256<int> c, ref Vector256<int> d,
        ref Vector256<int> e, ref Vector256<int> f, ref Vector256<int> g, ref Vector256<int> h)
    {
        (Vector256<int> a0, Vector256<int> b0, Vector256<int> c0, Vector256<int> d0) = (Left(a, e), Left(b, f), Left(c, g), Left(d, h));
        (Vector256<int> a1, Vector256<int> b1, Vector256<int> c1, Vector256<int> d1) = (Right(a, e), Right(b, f), Right(c, g), Right(d, h));
        Four(ref a0, ref b0, ref c0, ref d0);
        Four(ref a1, ref b1, ref c1, ref d1);
        (a, b, c, d, e, f, g, h) = (a0, b0, c0, d0, a1, b1, c1, d1);
    }

    /// <summary>The first four columns of eight rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FirstColumns(
        ref Vector256<int> a, ref Vector256<int> b, ref Vector256<int> c, ref Vector256<int> d,
        Vector256<int> e, Vector256<int> f, Vector256<int> g, Vector256<int> h)
    {
        (a, b, c, d) = (Left(a, e), Left(b, f), Left(c, g), Left(d, h));
        Four(ref a, ref b, ref c, ref d);
    }

    /// <summary>Interleaves the first half of the bytes with the second: (a0 b0 a1 b1 …).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ZipLow(Vector128<byte> a, Vector128<byte> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : (Vector128.WidenLower(a) | (Vector128.WidenLower(b) << 8)).AsByte();

    /// <summary>Like <see cref="ZipLow"/>, for the upper halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ZipHigh(Vector128<byte> a, Vector128<byte> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : (Vector128.WidenUpper(a) | (Vector128.WidenUpper(b) << 8)).AsByte();

    // 4 × 4 in each half.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(ref Vector256<int> a, ref Vector256<int> b, ref Vector256<int> c, ref Vector256<int> d)
    {
        (Vector256<int> ac, Vector256<int> bd) = (InterleaveLow(a, c), InterleaveLow(b, d));
        (Vector256<int> acHigh, Vector256<int> bdHigh) = (InterleaveHigh(a, c), InterleaveHigh(b, d));
        (a, b, c, d) = (InterleaveLow(ac, bd), InterleaveHigh(ac, bd), InterleaveLow(acHigh, bdHigh), InterleaveHigh(acHigh, bdHigh));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Left(Vector256<int> a, Vector256<int> b) => Vector256.Create(a.GetLower(), b.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Right(Vector256<int> a, Vector256<int> b) => Vector256.Create(a.GetUpper(), b.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> InterleaveLow(Vector256<int> a, Vector256<int> b) =>
        Avx2.IsSupported ? Avx2.UnpackLow(a, b) : Vector256.Create(Low(a.GetLower(), b.GetLower()), Low(a.GetUpper(), b.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> InterleaveHigh(Vector256<int> a, Vector256<int> b) =>
        Avx2.IsSupported ? Avx2.UnpackHigh(a, b) : Vector256.Create(High(a.GetLower(), b.GetLower()), High(a.GetUpper(), b.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Low(Vector128<int> a, Vector128<int> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> High(Vector128<int> a, Vector128<int> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);
}
