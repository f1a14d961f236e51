using System.Runtime.Intrinsics;

namespace DenseCL.Compute.Tiles;

/// <summary>How 32 neighbouring numbers in memory become two vectors of 16 single-precision numbers, and back.</summary>
/// <remarks>
/// Each type chooses which number is in which lane. <see cref="LaneOf"/> puts other arrays into the same order, so code that works lane by
/// lane never has to shuffle.
/// </remarks>
internal unsafe interface ILanes
{
    /// <summary>Numbers in a pair of vectors.</summary>
    public const int Count = 32;

    /// <summary>Bytes per number.</summary>
    public static abstract int Size { get; }

    /// <summary>Reads 32 numbers.</summary>
    public static abstract void Load(byte* from, out Vector512<float> a, out Vector512<float> b);

    /// <summary>Writes 32 numbers, rounded to nearest, ties to even.</summary>
    public static abstract void Store(byte* to, Vector512<float> a, Vector512<float> b);

    /// <summary>Where number <paramref name="i"/> of a row is when its pairs of vectors are written one after the other.</summary>
    public static abstract int LaneOf(int i);
}
