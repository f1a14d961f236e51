namespace DenseCL.Weights.Formats.Pickles.Objects;

/// <summary>A tuple of a pickle.</summary>
/// <param name="items">Its items.</param>
internal sealed class PickleTuple(object?[] items)
{
    /// <summary>Its items.</summary>
    public IReadOnlyList<object?> Items => items;

    /// <summary>The items as integers.</summary>
    /// <param name="what">What they are, for messages.</param>
    /// <param name="limit">The maximum number of items.</param>
    /// <exception cref="FormatException">An item is not an integer, or there are more.</exception>
    public long[] ToLongs(string what, int limit)
    {
        if (items.Length > limit)
        {
            throw new FormatException($"{what} has {items.Length} numbers (limit {limit})");
        }

        return [.. items.Select(i => i as long? ?? throw new FormatException($"{what} holds something that is not a whole number of 64 bits"))];
    }
}
