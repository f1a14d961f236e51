namespace DenseCL.Weights.Formats.Pickles;

/// <summary>The memo of a pickle: objects that it refers to again.</summary>
internal sealed class PickleMemo(PickleBudget budget)
{
    /// <summary>Writers count from 0 or 1: a larger number is invalid.</summary>
    private const long Limit = 1 << 22;

    private static readonly object Absent = new();
    private readonly List<object?> items = [];
    private long count;

    /// <summary>Stores an item under the next number.</summary>
    public void Add(object? item) => Put(count, item);

    public void Put(long place, object? item)
    {
        if (place is < 0 or >= Limit)
        {
            throw new FormatException($"the pickle keeps an object under the number {place} (limit {Limit})");
        }

        for (budget.Charge(8 * Math.Max(0, place + 1 - items.Count)); items.Count <= place;)
        {
            items.Add(Absent);
        }

        count += ReferenceEquals(items[(int)place], Absent) ? 1 : 0;
        items[(int)place] = item;
    }

    public object? Get(long place) => place >= 0 && place < items.Count && !ReferenceEquals(items[(int)place], Absent)
        ? items[(int)place]
        : throw new FormatException($"the pickle names its object {place}, which it did not keep");
}
