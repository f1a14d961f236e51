namespace DenseCL.Data;

/// <summary>What a stream of <see cref="CounterRandom"/> is for: the first part of its key, so that no two uses share numbers.</summary>
internal static class Purpose
{
    public const ulong Initialisation = 1;
    public const ulong GlobalQueue = 2;
    public const ulong DenseQueue = 3;
    public const ulong EpochOrder = 4;
    public const ulong View = 5;
    public const ulong Replacement = 6;
    public const ulong KeyPermutation = 7;
    public const ulong RandomMatching = 8;
    public const ulong SampledNegatives = 9;
    public const ulong Scene = 10;
}
