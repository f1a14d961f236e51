namespace DenseCL.Weights.Formats.Pickles;

/// <summary>The stack of a pickle with its marks.</summary>
internal sealed class PickleStack
{
    private readonly List<object?> items = [];
    private readonly List<int> marks = [];

    private int Floor => marks.Count == 0 ? 0 : marks[^1];

    public void Push(object? item) => items.Add(item);

    public void Mark() => marks.Add(items.Count);

    public object? Peek() =>
        items.Count > Floor ? items[^1] : throw new FormatException("the pickle takes more from its stack than is on it");

    public object? Pop()
    {
        object? item = Peek();
        items.RemoveAt(items.Count - 1);
        return item;
    }

    /// <summary>Removes the top item or, if nothing is above it, the mark.</summary>
    public void Drop()
    {
        if (marks.Count > 0 && items.Count == Floor)
        {
            marks.RemoveAt(marks.Count - 1);
        }
        else
        {
            Pop();
        }
    }

    /// <summary>Removes and returns some items.</summary>
    public object?[] Pop(int count)
    {
        object?[] taken = new object?[count];
        for (int i = count - 1; i >= 0; i--)
        {
            taken[i] = Pop();
        }

        return taken;
    }

    /// <summary>Removes the mark and everything above it, and returns the items.</summary>
    public object?[] PopMark()
    {
        if (marks.Count == 0)
        {
            throw new FormatException("the pickle goes back to a mark that it did not set");
        }

        int floor = Floor;
        object?[] taken = [.. items[floor..]];
        items.RemoveRange(floor, taken.Length);
        marks.RemoveAt(marks.Count - 1);
        return taken;
    }
}
