namespace DenseCL.Weights.Formats.Pickles;

/// <summary>
/// The memory budget of all pickles of a file together: every instruction and object is charged roughly the memory that it takes.
/// </summary>
internal sealed class PickleBudget
{
    /// <summary>A checkpoint of a ResNet-50 with its optimiser uses 3 MB of it.</summary>
    public const long Limit = 1 << 27;

    private long spent;

    /// <summary>Charges some bytes.</summary>
    /// <exception cref="NotSupportedException">The budget is spent.</exception>
    public void Charge(long bytes)
    {
        spent += bytes;
        if (spent > Limit)
        {
            throw new NotSupportedException(
                $"its pickle has more objects than are read here ({Limit >> 20} MB of them): "
                + $"load it in Python you trust and save its state_dict alone"
            );
        }
    }
}
