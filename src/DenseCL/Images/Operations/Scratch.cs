namespace DenseCL.Images.Operations;

/// <summary>
/// Working memory of the pixel operations. It grows and is reused, so they allocate nothing from the second image on. Use one instance per
/// thread.
/// </summary>
internal sealed class Scratch
{
    private byte[] bytes = [];
    private int[] integers = [];
    private int[] weights = [];

    /// <summary>Bytes for one operation, with undefined content.</summary>
    internal Span<byte> Bytes(int count)
    {
        if (bytes.Length < count)
        {
            bytes = GC.AllocateUninitializedArray<byte>(count);
        }

        return bytes.AsSpan(0, count);
    }

    /// <summary>Integers for one operation, with undefined content.</summary>
    internal Span<int> Integers(int count)
    {
        if (integers.Length < count)
        {
            integers = GC.AllocateUninitializedArray<int>(count);
        }

        return integers.AsSpan(0, count);
    }

    /// <summary>Weights for one operation, separate from its integers, with undefined content.</summary>
    internal Span<int> Weights(int count)
    {
        if (weights.Length < count)
        {
            weights = GC.AllocateUninitializedArray<int>(count);
        }

        return weights.AsSpan(0, count);
    }
}
