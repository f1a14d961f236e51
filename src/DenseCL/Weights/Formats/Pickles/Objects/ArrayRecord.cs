using DenseCL.Weights.Tensors;
namespace DenseCL.Weights.Formats.Pickles.Objects;

/// <summary>What a pickle says about a numpy array. Its state follows after it was made.</summary>
internal sealed class ArrayRecord
{
    private const int MaxRank = 64;

    private PickleTuple? shape;
    private ArrayType? type;
    private object? data;
    private bool columnMajor;

    /// <summary>An array that has no state yet.</summary>
    public ArrayRecord()
    {
    }

    /// <summary>A whole array.</summary>
    public ArrayRecord(object? shape, object? type, object? data, bool columnMajor) => Set(shape, type, data, columnMajor);

    /// <summary>Takes numpy's state: (version, shape, type, whether column-major, bytes).</summary>
    /// <exception cref="FormatException">It is not a valid state, or the array has one already.</exception>
    public void Build(object? state)
    {
        if (
            shape is not null
            || state is not PickleTuple { Items: [long, var sides, var elements, var order, var bytes] }
            || order is not (bool or 0L or 1L))
        {
            throw new FormatException("the state of a numpy array is not as numpy writes it");
        }

        Set(sides, elements, bytes, order is true or 1L);
    }

    /// <summary>The array as a tensor; all its numbers are checked here.</summary>
    /// <exception cref="FormatException">Its numbers are inconsistent.</exception>
    public StoredTensor ToStored(string name)
    {
        if (shape is null || type is null)
        {
            throw new FormatException($"{WeightNames.Quote(name)} is a numpy array without content");
        }

        if (type.Element.Type is null || data is not PickleText text)
        {
            return StoredTensor.Unreadable($"is an array of {type.Element.Name}, which has no tensor type here: convert it in Python");
        }

        long[] sides = shape.ToLongs("a numpy array's shape", MaxRank);
        ByteSource bytes = text.ToBytes();
        StoredTensor stored = StoredTensor.Create(
            name, type.Element, sides, StoredTensor.Strides(sides, columnMajor), bytes, 0, bytes.Length, type.BigEndian);
        long length = stored.Problem is null ? stored.Entry(name).Length : bytes.Length;
        return length == bytes.Length
            ? stored
            : throw new FormatException($"{WeightNames.Quote(name)} takes {length} bytes by its shape, but has {bytes.Length}");
    }

    /// <summary>The number, if the array has exactly one; otherwise null.</summary>
    public object? ToNumber()
    {
        if (ToStored("a number") is not { Problem: null } stored || stored.Entry("a number") is not { Count: 1 } entry)
        {
            return null;
        }

        byte[] bytes = new byte[8];
        stored.Open().Read(bytes.AsSpan(0, (int)entry.Length), 0);
        return entry.Type switch
        {
            WeightType.F64 => BitConverter.ToDouble(bytes),
            WeightType.F32 => BitConverter.ToSingle(bytes),
            WeightType.F16 => (float)BitConverter.ToHalf(bytes),
            WeightType.I64 => BitConverter.ToInt64(bytes),
            WeightType.I32 => BitConverter.ToInt32(bytes),
            WeightType.I16 => BitConverter.ToInt16(bytes),
            WeightType.I8 => (sbyte)bytes[0],
            WeightType.Bool => bytes[0] != 0,
            _ => BitConverter.ToUInt64(bytes),
        };
    }

    private void Set(object? sides, object? elements, object? bytes, bool fortran)
    {
        shape = sides as PickleTuple ?? throw new FormatException("the shape of a numpy array is not a tuple");
        type = elements as ArrayType ?? throw new FormatException("the type of a numpy array is none");
        (data, columnMajor) = (bytes, fortran);
    }
}
