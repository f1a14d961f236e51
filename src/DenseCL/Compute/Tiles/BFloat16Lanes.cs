using System.Runtime.Intrinsics;

namespace DenseCL.Compute.Tiles;

/// <summary>
/// bfloat16, the upper half of a single-precision number. Of each pair, the number at the lower, even address goes to the first vector and
/// the odd one to the second; this costs only a shift and a mask.
/// </summary>
internal readonly unsafe struct BFloat16Lanes : ILanes
{
    public static int Size => sizeof(ushort);

    public static void Load(byte* from, out Vector512<float> a, out Vector512<float> b)
    {
        Vector512<uint> pairs = Vector512.Load((uint*)from);
        a = (pairs << 16).AsSingle();
        b = (pairs & Vector512.Create(0xFFFF0000)).AsSingle();
    }

    public static void Store(byte* to, Vector512<float> a, Vector512<float> b) =>
        ((Round(a) >> 16) | (Round(b) & Vector512.Create(0xFFFF0000))).Store((uint*)to);

    public static int LaneOf(int i) => (i & ~31) | ((i & 1) << 4) | ((i & 31) >> 1);

    // Half a unit in the last place is added, one bit less if that place is even. A NaN keeps its upper half, which must not become
    // infinity.
    private static Vector512<uint> Round(Vector512<float> x)
    {
        Vector512<uint> bits = x.AsUInt32();
        Vector512<uint> rounded = bits + Vector512.Create(0x7FFFu) + ((bits >> 16) & Vector512<uint>.One);
        return Vector512.ConditionalSelect(Vector512.Equals(x, x).AsUInt32(), rounded, bits | Vector512.Create(0x00400000u));
    }
}
