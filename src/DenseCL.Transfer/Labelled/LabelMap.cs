namespace DenseCL.Transfer.Labelled;

/// <summary>What the values of a data set's masks mean.</summary>
internal sealed class LabelMap
{
    /// <summary>A value that no mask of the data set may have.</summary>
    public const int Unknown = -1;

    /// <summary>The class of a pixel that does not count.</summary>
    public const byte Ignore = 255;

    private readonly int[] classes = new int[256];

    /// <param name="known">Class of each value, 0, 1, …; 255 for those that do not count.</param>
    /// <param name="ignored">Further values that do not count.</param>
    public LabelMap(IEnumerable<byte> known, IEnumerable<byte> ignored)
    {
        Array.Fill(classes, Unknown);
        int value = 0;
        foreach (byte @class in known)
        {
            classes[value++] = @class;
        }

        classes[Ignore] = Ignore;
        foreach (byte other in ignored)
        {
            classes[other] = Ignore;
        }
    }

    /// <summary>The class of a value, 255 if it does not count, or <see cref="Unknown"/>.</summary>
    public int this[byte value] => classes[value];
}
