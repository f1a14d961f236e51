using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DenseCL.Images.Operations;

/// <summary>
/// The loops of <see cref="Colour"/> with vector instructions. Each processes the bytes from the start that fill whole vectors, and returns
/// their number.
/// </summary>
internal static class ColourLanes
{
    /// <summary>Mixes every byte with one level.</summary>
    public static int Mix(Span<byte> pixels, int level, float share)
    {
        ref byte first = ref MemoryMarshal.GetReference(pixels);
        Vector<float> from = new(level);
        int i = 0;
        for (; i <= pixels.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector<byte> bytes = Vector.LoadUnsafe(ref first, (nuint)i);
            Vector<byte> low = Lanes.InterleaveLow(bytes, Vector<byte>.Zero);
            Vector<byte> high = Lanes.InterleaveHigh(bytes, Vector<byte>.Zero);
            Lanes.Narrow(
                Mix(from, Lanes.InterleaveLow(low.As<byte, short>(), Vector<short>.Zero).As<short, int>(), share),
                Mix(from, Lanes.InterleaveHigh(low.As<byte, short>(), Vector<short>.Zero).As<short, int>(), share),
                Mix(from, Lanes.InterleaveLow(high.As<byte, short>(), Vector<short>.Zero).As<short, int>(), share),
                Mix(from, Lanes.InterleaveHigh(high.As<byte, short>(), Vector<short>.Zero).As<short, int>(), share))
                .StoreUnsafe(ref first, (nuint)i);
        }

        return i;
    }

    /// <summary>Mixes every pixel with its own grey.</summary>
    public static int Saturation(Span<byte> pixels, float share)
    {
        ref byte first = ref MemoryMarshal.GetReference(pixels);
        int i = 0;
        for (; i <= pixels.Length - RgbLanes.Reach; i += RgbLanes.Bytes)
        {
            ref byte place = ref Unsafe.Add(ref first, i);
            Vector<int> red = RgbLanes.Load(ref place, out Vector<int> green, out Vector<int> blue);
            Vector<float> grey = Vector.ConvertToSingle(Grey(red, green, blue));
            RgbLanes.Store(
                Mix(grey, red, share) | (Mix(grey, green, share) << 8) | (Mix(grey, blue, share) << 16),
                RgbLanes.Dense,
                ref place);
        }

        return i;
    }

    /// <summary>Makes pixels grey.</summary>
    public static int Greyscale(Span<byte> pixels)
    {
        ref byte first = ref MemoryMarshal.GetReference(pixels);
        int i = 0;
        for (; i <= pixels.Length - RgbLanes.Reach; i += RgbLanes.Bytes)
        {
            ref byte place = ref Unsafe.Add(ref first, i);
            Vector<int> red = RgbLanes.Load(ref place, out Vector<int> green, out Vector<int> blue);
            RgbLanes.Store(Grey(red, green, blue), RgbLanes.DenseGrey, ref place);
        }

        return i;
    }

    /// <summary>Adds up the greys of pixels.</summary>
    public static int SumGreys(Span<byte> pixels, out long sum)
    {
        const int atOnce = 1 << 20; // so many that no integer of the vector overflows
        ref byte first = ref MemoryMarshal.GetReference(pixels);
        sum = 0;
        int i = 0;
        while (i <= pixels.Length - RgbLanes.Reach)
        {
            Vector<int> sums = Vector<int>.Zero;
            int end = i + Math.Min(pixels.Length - RgbLanes.Reach - i, atOnce * RgbLanes.Bytes);
            for (; i <= end; i += RgbLanes.Bytes)
            {
                Vector<int> red = RgbLanes.Load(ref Unsafe.Add(ref first, i), out Vector<int> green, out Vector<int> blue);
                sums += Grey(red, green, blue);
            }

            sum += Vector.Sum(Vector.WidenLower(sums) + Vector.WidenUpper(sums));
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> Grey(Vector<int> red, Vector<int> green, Vector<int> blue) =>
        ((red * 19595) + (green * 38470) + (blue * 7471) + new Vector<int>(0x8000)) >> 16;

    // In the order and precision of the scalar Mix. Limited before the conversion, because a large factor may exceed the range of integers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> Mix(Vector<float> from, Vector<int> to, float share)
    {
        Vector<float> mixed = from + (new Vector<float>(share) * (Vector.ConvertToSingle(to) - from));
        return Vector.ConvertToInt32Native(Vector.MinNative(Vector.MaxNative(mixed, Vector<float>.Zero), new Vector<float>(255)));
    }
}
