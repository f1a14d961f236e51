namespace DenseCL.Weights;

/// <summary>One tensor of a weight file.</summary>
public sealed class WeightEntry
{
    private readonly long[] shape;

    internal WeightEntry(string name, WeightType type, long[] shape, long offset, long length)
    {
        (Name, Type, Offset, Length) = (name, type, offset, length);
        this.shape = shape;
    }

    /// <summary>The tensor's name.</summary>
    public string Name { get; }

    /// <summary>The type of its elements.</summary>
    public WeightType Type { get; }

    /// <summary>Its sides, each at least 0; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => shape;

    /// <summary>Where its bytes begin, counted from the start of the file's data section.</summary>
    public long Offset { get; }

    /// <summary>Number of bytes: the product of <see cref="Shape"/> times the element's size.</summary>
    public long Length { get; }
}
