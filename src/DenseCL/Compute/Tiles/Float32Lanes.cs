using System.Runtime.Intrinsics;

namespace DenseCL.Compute.Tiles;

/// <summary>Single precision: the first 16 numbers and the last 16.</summary>
internal readonly unsafe struct Float32Lanes : ILanes
{
    public static int Size => sizeof(float);

    public static void Load(byte* from, out Vector512<float> a, out Vector512<float> b) =>
        (a, b) = (Vector512.Load((float*)from), Vector512.Load((float*)from + 16));

    public static void Store(byte* to, Vector512<float> a, Vector512<float> b)
    {
        a.Store((float*)to);
        b.Store((float*)to + 16);
    }

    public static int LaneOf(int i) => i;
}
