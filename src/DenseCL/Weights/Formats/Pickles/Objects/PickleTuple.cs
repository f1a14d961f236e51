namespace DenseCL.Weights.Formats.Pickles.Objects;

/// <summary>A tuple of a pickle.</summary>
/// <param name="items">What is in it.</param>
internal sealed class PickleTuple(object?[] items)
{
    /// <summary>What is in it.</summary>
    public IReadOnlyList<object?> Items => items;

    /// <summary>The whole numbers in it.</summary>
    /// <param name="what">What they are, for messages.</param>
    /// <param name="limit">The most there may be.</param>
    /// <exception cref="FormatException">There is something else in it, or more.</exception>
    public long[] ToLongs(string what, int limit)
    {
        if (items.Length > limit)
        {
            throw new FormatException($"{what} has {items.Length} numbers (limit {limit})");
        }

        return [.. items.Select(i => i as long? ?? throw new FormatException($"{what} holds something that is no whole number of 64 bits"))];
    }
}
