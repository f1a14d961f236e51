using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DenseCL.Images.Operations;

/// <summary>The rotation of the hue with vector instructions, in single precision throughout.</summary>
/// <remarks>
/// The steps are not those of <see cref="Hue"/>, which processes one pixel at a time, but the results are equal. All 2^24 colours were
/// tried with all 256 turns. From RGB to HSV the cases of the hue need one rounding less, because one of the two differences of the largest
/// channel is always the whole range. Back to RGB every channel is value · (1 − saturation · g / 255), rounded, with 8-bit saturation and g
/// a trapezium over the hue. In whole numbers that is value − value · saturation · g / 65025, which never lies halfway between two
/// integers.
/// </remarks>
internal static class HueLanes
{
    /// <summary>Rotates the hue of the pixels from the start that fill whole vectors.</summary>
    /// <param name="pixels">RGB pixels.</param>
    /// <param name="shift">The turn; 256 is the full circle.</param>
    /// <returns>Bytes processed.</returns>
    public static int Shift(Span<byte> pixels, byte shift)
    {
        ref byte first = ref MemoryMarshal.GetReference(pixels);
        int i = 0;
        for (; i <= pixels.Length - RgbLanes.Reach; i += RgbLanes.Bytes)
        {
            ref byte place = ref Unsafe.Add(ref first, i);
            Vector<int> red = RgbLanes.Load(ref place, out Vector<int> green, out Vector<int> blue);
            Vector<int> value = Vector.Max(red, Vector.Max(green, blue));
            Vector<int> range = value - Vector.Min(red, Vector.Min(green, blue));
            Vector<int> hue = HueOf(value - red, value - green, value - blue, range);
            Vector<float> saturation = Vector.Floor(
                Vector.ConvertToSingle(range) / Vector.ConvertToSingle(Vector.Max(value, Vector<int>.One)) * 255);

            Vector<int> turn = ((hue + new Vector<int>(shift)) & new Vector<int>(0xFF)) * 6; // 0 to 1530, a sector is 255
            Vector<float> depth = Vector.ConvertToSingle(value) * saturation;
            red = Channel(value, depth, new Vector<int>(255) - Trapezium(turn, 765));
            green = Channel(value, depth, Trapezium(turn, 510));
            blue = Channel(value, depth, Trapezium(turn, 1020));
            RgbLanes.Store(red | (green << 8) | (blue << 16), RgbLanes.Dense, ref place);
        }

        return i;
    }

    // In 8 bits. For grey pixels, which have no range, any hue will do.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> HueOf(Vector<int> fromRed, Vector<int> fromGreen, Vector<int> fromBlue, Vector<int> range)
    {
        Vector<int> isRed = Vector.Equals(fromRed, Vector<int>.Zero);
        Vector<int> isGreen = Vector.Equals(fromGreen, Vector<int>.Zero);
        Vector<int> plus = Vector.ConditionalSelect(isRed, fromBlue, Vector.ConditionalSelect(isGreen, fromRed, fromGreen));
        Vector<int> minus = Vector.ConditionalSelect(isRed, fromGreen, Vector.ConditionalSelect(isGreen, fromBlue, fromRed));
        Vector<float> centre = Vector.ConditionalSelect(
            isRed, Vector<float>.Zero, Vector.ConditionalSelect(isGreen, new Vector<float>(2), new Vector<float>(4)));

        // The share of the channel in the middle.
        Vector<float> part =
            Vector.ConvertToSingle(plus + minus - range) / Vector.ConvertToSingle(Vector.Max(range, Vector<int>.One));
        Vector<float> sixths = Vector.ConditionalSelect(
            Vector.Equals(minus, range), centre - Vector<float>.One + part, centre + Vector<float>.One - part);
        Vector<float> round = Vector.ConditionalSelect(Vector.LessThan(sixths, Vector<float>.Zero), Vector<float>.One, Vector<float>.Zero);
        return Vector.ConvertToInt32Native((round + (sixths / new Vector<float>(6))) * 255);
    }

    // 255 far from the hue at which the channel is fullest, 0 within a sector of it, linear between.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> Trapezium(Vector<int> turn, int fullest) =>
        Vector.Min(Vector.Max(Vector.Abs(turn - new Vector<int>(fullest)) - new Vector<int>(255), Vector<int>.Zero), new Vector<int>(255));

    // Single precision has no fractions above 2^23: adding 1.5 · 2^23 rounds, and leaves the whole number in the lowest bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> Channel(Vector<int> value, Vector<float> depth, Vector<int> share)
    {
        var rounding = new Vector<float>(1.5f * (1 << 23));
        return value + rounding.As<float, int>() - ((depth * Vector.ConvertToSingle(share) * (1f / 65025)) + rounding).As<float, int>();
    }
}
