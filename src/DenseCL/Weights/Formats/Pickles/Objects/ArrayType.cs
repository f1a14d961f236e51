using DenseCL.Weights.Tensors;
namespace DenseCL.Weights.Formats.Pickles.Objects;

/// <summary>numpy's description of elements. Its byte order follows after it was made.</summary>
/// <param name="element">Kind and size.</param>
internal sealed class ArrayType(ElementType element)
{
    private bool built;

    /// <summary>Kind and size.</summary>
    public ElementType Element { get; private set; } = element;

    /// <summary>Whether numbers are big-endian.</summary>
    public bool BigEndian { get; private set; }

    /// <summary>Takes numpy's state: (version, byte order, sub-array, names, fields, size, alignment, flags).</summary>
    /// <exception cref="FormatException">It is not a valid state, or the type has one already.</exception>
    public void Build(object? state)
    {
        if (built || state is not PickleTuple { Items: [long, PickleText { IsShort: true } order, var part, var names, ..] })
        {
            throw new FormatException("the state of a numpy type is not as numpy writes it");
        }

        built = true;
        BigEndian = order.ToText() switch
        {
            "<" or "|" or "=" => false,
            ">" => true,
            var other => throw new FormatException($"a numpy type has the byte order {WeightNames.Quote(other)}"),
        };
        if (part is not null || names is not null)
        {
            Element = new ElementType("numpy's structured types", 0, null);
        }
    }
}
