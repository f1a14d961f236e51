using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DenseCL.Images;

/// <summary>Four RGB pixels in each 128-bit lane: from 12 bytes to four integers (red, green · 2^8, blue · 2^16) and back.</summary>
internal static class RgbLanes
{
    private const byte No = 255;
    private const int LaneBytes = 12;

    /// <summary>Bytes of the pixels of a vector.</summary>
    public static int Bytes => Lanes.Count * LaneBytes;

    /// <summary>Bytes that a load or store touches: 4 more than those of the pixels, which a store leaves as they were.</summary>
    public static int Reach => Bytes + 4;

    /// <summary>From four bytes a pixel, of which the last is left out, to three.</summary>
    public static Vector128<byte> Dense => Vector128.Create(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, No, No, No, No);

    /// <summary>Three times the lowest byte of each integer.</summary>
    public static Vector128<byte> DenseGrey => Vector128.Create(0, 0, 0, 4, 4, 4, 8, 8, 8, 12, 12, 12, No, No, No, No);

    private static Vector128<byte> Spread => Vector128.Create(0, 1, 2, No, 3, 4, 5, No, 6, 7, 8, No, 9, 10, 11, No);

    private static Vector128<byte> Beyond => Vector128.Create(0, 0, 0, uint.MaxValue).AsByte();

    /// <summary>Loads pixels; <see cref="Reach"/> bytes must be there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<byte> Load(ref byte pixels) => Lanes.Load(ref pixels, ref Unsafe.Add(ref pixels, LaneBytes));

    /// <summary>An integer for each loaded pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<int> Split(Vector<byte> loaded, out Vector<int> green, out Vector<int> blue)
    {
        Vector<int> pixels = Lanes.Shuffle(loaded, Spread).As<byte, int>();
        blue = pixels >> 16;
        green = (pixels >> 8) & new Vector<int>(0xFF);
        return pixels & new Vector<int>(0xFF);
    }

    /// <summary>Stores pixels where they were loaded.</summary>
    /// <param name="pixels">An integer for each.</param>
    /// <param name="pattern"><see cref="Dense"/> or <see cref="DenseGrey"/>.</param>
    /// <param name="loaded">What was loaded, for the bytes that are not theirs.</param>
    /// <param name="into">The place.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector<int> pixels, Vector128<byte> pattern, Vector<byte> loaded, ref byte into) =>
        Lanes.Store(
            Lanes.Shuffle(pixels.As<int, byte>(), pattern) | (loaded & Lanes.Each(Beyond)), ref into, ref Unsafe.Add(ref into, LaneBytes));
}
