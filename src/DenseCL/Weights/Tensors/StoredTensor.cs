using static DenseCL.Weights.Tensors.WeightNames;

namespace DenseCL.Weights.Tensors;

/// <summary>
/// Where the elements of a tensor are: a type, a shape and strides over some bytes. Once checked, it can be read without further checks.
/// </summary>
internal sealed class StoredTensor
{
    private const int MaxRank = 64;

    /// <summary>A tensor smaller than this may repeat its elements any number of times (<c>expand</c>).</summary>
    private const long AlwaysAllowed = ByteSource.MaxMemory;

    private readonly ElementType type;
    private readonly long[] shape;
    private readonly long[] strides;
    private readonly ByteSource source;
    private readonly bool bigEndian;
    private readonly long start;

    private StoredTensor(ElementType type, long[] shape, long[] strides, ByteSource source, long start, bool bigEndian)
    {
        (this.type, this.shape, this.strides) = (type, shape, strides);
        (this.source, this.start, this.bigEndian) = (source, start, bigEndian);
    }

    /// <summary>Why it cannot be read, the second half of a sentence that begins with its name; null if it can.</summary>
    public string? Problem { get; private init; }

    /// <summary>A tensor that exists but cannot be read.</summary>
    public static StoredTensor Unreadable(string problem) =>
        new(ElementType.Untyped, [], [], new MemoryBytes([]), 0, bigEndian: false) { Problem = problem };

    /// <summary>Checks all numbers: the product of the shape, the signs of the strides and the last byte.</summary>
    /// <param name="name">The tensor, for messages.</param>
    /// <param name="type">Its elements.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="strides">The distance from one element to the next, in elements, for each dimension.</param>
    /// <param name="source">The storage.</param>
    /// <param name="start">The storage's byte where the first element begins.</param>
    /// <param name="end">The storage's byte after the last one that the tensor may use.</param>
    /// <param name="bigEndian">Whether numbers are big-endian.</param>
    /// <exception cref="FormatException">The numbers are inconsistent.</exception>
    public static StoredTensor Create(
        string name, ElementType type, long[] shape, long[] strides, ByteSource source, Int128 start, Int128 end, bool bigEndian)
    {
        if (shape.Length > MaxRank || shape.Length != strides.Length)
        {
            throw new FormatException($"{Quote(name)} has {shape.Length} sides and {strides.Length} strides (limit {MaxRank})");
        }

        // Sizes of 0 count as 1 for the overflow check, because others multiply the rest.
        Int128 bytes = type.Size, last = 0;
        bool empty = shape.Contains(0);
        for (int d = 0; d < shape.Length; d++)
        {
            bytes *= Math.Max(shape[d], 1);
            if (shape[d] < 0 || strides[d] < 0 || bytes > long.MaxValue)
            {
                throw new FormatException(
                    $"{Quote(name)} has sides [{string.Join(", ", shape)}] and strides [{string.Join(", ", strides)}]: "
                    + $"negative or too large"
                );
            }

            last += (Int128)(shape[d] - 1) * strides[d];
        }

        if (empty)
        {
            return new StoredTensor(type, shape, strides, source, 0, bigEndian);
        }

        Int128 extent = (last + 1) * type.Size;
        if (start < 0 || end > source.Length || start + extent > end)
        {
            throw new FormatException(
                $"{Quote(name)} takes bytes {start} to {start + extent} of its storage, which has {Int128.Min(end, source.Length)}");
        }

        bool direct = IsRowMajor(shape, strides);
        if (!direct && (extent > ByteSource.MaxMemory || (bytes > AlwaysAllowed && bytes > extent)))
        {
            return Unreadable(
                $"is a view of {bytes} bytes on {extent} others in another order, more than are rearranged here ({ByteSource.MaxMemory}): "
                + "save it again with .contiguous()"
            );
        }

        return new StoredTensor(type, shape, strides, source, (long)start, bigEndian);
    }

    /// <summary>The strides of a shape whose elements are contiguous.</summary>
    /// <param name="shape">The sides.</param>
    /// <param name="columnMajor">Whether the first dimension is the fastest, as in Fortran.</param>
    public static long[] Strides(ReadOnlySpan<long> shape, bool columnMajor = false)
    {
        long[] strides = new long[shape.Length];
        long stride = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            int d = columnMajor ? i : shape.Length - 1 - i;
            strides[d] = stride;

            // Create refuses too large a product, from the shape alone.
            stride = unchecked(stride * Math.Max(shape[d], 1)) & long.MaxValue;
        }

        return strides;
    }

    /// <summary>Its description.</summary>
    public WeightEntry Entry(string name) => new(name, type.Type!.Value, shape);

    /// <summary>Prepares to read it from the first byte to the last, in windows.</summary>
    /// <exception cref="FormatException">Its storage cannot be unpacked.</exception>
    /// <exception cref="NotSupportedException">Its storage is too large to be unpacked.</exception>
    public StridedReader Open() => new(type.Size, shape, strides, source.Unpack(), start, IsRowMajor(shape, strides), bigEndian);

    private static bool IsRowMajor(long[] shape, long[] strides)
    {
        long expected = 1;
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            if (shape[d] != 1 && strides[d] != expected)
            {
                return false;
            }

            expected = unchecked(expected * Math.Max(shape[d], 1));
        }

        return true;
    }
}
