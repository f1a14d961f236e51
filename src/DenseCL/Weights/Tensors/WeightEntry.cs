namespace DenseCL.Weights.Tensors;

/// <summary>One tensor of a weight file.</summary>
public sealed class WeightEntry
{
    private readonly long[] shape;

    /// <param name="name">The tensor's name.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="shape">Its sizes. Their product times the element's size must have been checked to fit in a long.</param>
    internal WeightEntry(string name, WeightType type, long[] shape)
    {
        (Name, Type) = (name, type);
        this.shape = shape;
    }

    /// <summary>The tensor's name.</summary>
    public string Name { get; }

    /// <summary>The type of its elements.</summary>
    public WeightType Type { get; }

    /// <summary>Its sizes, each at least 0; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => shape;

    /// <summary>Number of elements: the product of <see cref="Shape"/>.</summary>
    public long Count => shape.Aggregate(1L, (product, side) => product * side);

    /// <summary>Number of bytes of its elements.</summary>
    public long Length => Count * WeightTypes.Size(Type);
}
