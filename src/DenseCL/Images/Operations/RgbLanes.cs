using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DenseCL.Images.Operations;

/// <summary>Four RGB pixels in each 128-bit lane: from 12 bytes to four integers (red, green · 2^8, blue · 2^16) and back.</summary>
internal static class RgbLanes
{
    private const byte No = 255;
    private const int LaneBytes = 12;

    /// <summary>Bytes of the pixels in a vector.</summary>
    public static int Bytes => Lanes.Count * LaneBytes;

    /// <summary>Bytes that a load reads: 4 more than the pixels have.</summary>
    public static int Reach => Bytes + Vector128<byte>.Count - LaneBytes;

    /// <summary>From four bytes per pixel to three: the last byte is dropped.</summary>
    public static Vector128<byte> Dense => Vector128.Create(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, No, No, No, No);

    /// <summary>Three times the lowest byte of each integer.</summary>
    public static Vector128<byte> DenseGrey => Vector128.Create(0, 0, 0, 4, 4, 4, 8, 8, 8, 12, 12, 12, No, No, No, No);

    private static Vector128<byte> Spread => Vector128.Create(0, 1, 2, No, 3, 4, 5, No, 6, 7, 8, No, 9, 10, 11, No);

    /// <summary>Loads pixels, each channel into an integer; <see cref="Reach"/> bytes must be readable.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<int> Load(ref byte pixels, out Vector<int> green, out Vector<int> blue)
    {
        Vector<int> packed = Lanes.Shuffle(Lanes.Load(ref pixels, ref Unsafe.Add(ref pixels, LaneBytes)), Spread).As<byte, int>();
        blue = packed >> 16;
        green = (packed >> 8) & new Vector<int>(0xFF);
        return packed & new Vector<int>(0xFF);
    }

    /// <summary>
    /// Stores pixels and writes nothing beyond them: otherwise a load right after the store would have to wait for the overlap.
    /// </summary>
    /// <param name="pixels">One integer per pixel.</param>
    /// <param name="pattern"><see cref="Dense"/> or <see cref="DenseGrey"/>.</param>
    /// <param name="into">Where to store them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector<int> pixels, Vector128<byte> pattern, ref byte into)
    {
        Vector<byte> dense = Lanes.Shuffle(pixels.As<int, byte>(), pattern);
        if (Vector<byte>.Count == 32)
        {
            Store(dense.AsVector256().GetLower(), ref into);
            Store(dense.AsVector256().GetUpper(), ref Unsafe.Add(ref into, LaneBytes));
        }
        else
        {
            Store(dense.AsVector128(), ref into);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<byte> lane, ref byte into)
    {
        Unsafe.WriteUnaligned(ref into, lane.AsUInt64().ToScalar());
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref into, sizeof(ulong)), lane.AsUInt32().GetElement(2));
    }
}
