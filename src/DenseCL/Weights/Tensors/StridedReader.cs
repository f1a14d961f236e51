using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DenseCL.Weights.Tensors;

/// <summary>Reads the elements of a <see cref="StoredTensor"/> row-major and little-endian. For one thread.</summary>
internal sealed class StridedReader
{
    private readonly int size;
    private readonly long[] shape;
    private readonly long[] strides;
    private readonly ByteSource source;
    private readonly long start;
    private readonly bool direct;
    private readonly bool swap;
    private MemoryBytes? storage;
    private long storageStart;

    public StridedReader(int size, long[] shape, long[] strides, ByteSource source, long start, bool direct, bool swap)
    {
        (this.size, this.shape, this.strides, this.source) = (size, shape, strides, source);
        (this.start, this.direct, this.swap) = (start, direct, swap);
    }

    /// <summary>Fills the destination, whole elements.</summary>
    /// <param name="destination">Is filled.</param>
    /// <param name="position">Where to begin, counted from the tensor's first byte.</param>
    public void Read(Span<byte> destination, long position)
    {
        if (direct)
        {
            source.Read(destination, start + position);
        }
        else
        {
            Gather(destination, position / size);
        }

        if (swap)
        {
            Swap(destination);
        }
    }

    private void Gather(Span<byte> destination, long element)
    {
        ReadOnlySpan<byte> bytes = Storage();
        switch (size)
        {
            case 1:
                Gather(destination, bytes, element);
                break;
            case 2:
                Gather(MemoryMarshal.Cast<byte, ushort>(destination), bytes, element);
                break;
            case 4:
                Gather(MemoryMarshal.Cast<byte, uint>(destination), bytes, element);
                break;
            default:
                Gather(MemoryMarshal.Cast<byte, ulong>(destination), bytes, element);
                break;
        }
    }

    /// <summary>
    /// The bytes from the first to the last element, in memory, because neighbouring elements of the tensor are far apart in the file.
    /// </summary>
    private ReadOnlySpan<byte> Storage()
    {
        if (storage is null)
        {
            long extent = size;
            for (int d = 0; d < shape.Length; d++)
            {
                extent += (shape[d] - 1) * strides[d] * size;
            }

            (storage, storageStart) = source is MemoryBytes memory ? (memory, start) : (new MemoryBytes(source.ToArray(start, extent)), 0);
        }

        return storage.Span[(int)storageStart..];
    }

    private void Gather<T>(Span<T> destination, ReadOnlySpan<byte> bytes, long element)
        where T : unmanaged
    {
        // The position of the first element, then from row to row like an odometer.
        int rank = shape.Length;
        Span<long> index = stackalloc long[rank];
        for (int d = rank - 1; d >= 0; d--)
        {
            (element, index[d]) = Math.DivRem(element, shape[d]);
        }

        long inner = rank == 0 ? 1 : shape[^1], step = (rank == 0 ? 0 : strides[^1]) * size;
        int done = 0;
        while (done < destination.Length)
        {
            long from = 0;
            for (int d = 0; d < rank; d++)
            {
                from += index[d] * strides[d] * size;
            }

            int count = (int)Math.Min(destination.Length - done, inner - (rank == 0 ? 0 : index[^1]));
            for (int i = 0; i < count; i++)
            {
                destination[done + i] = MemoryMarshal.Read<T>(bytes[(int)(from + (i * step))..]);
            }

            done += count;
            if (rank > 0)
            {
                index[^1] = inner - 1;
                for (int d = rank - 1; d >= 0 && ++index[d] == shape[d]; d--)
                {
                    index[d] = 0;
                }
            }
        }
    }

    private void Swap(Span<byte> bytes)
    {
        switch (size)
        {
            case 2:
                Span<ushort> two = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(two, two);
                break;
            case 4:
                Span<uint> four = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(four, four);
                break;
            case 8:
                Span<ulong> eight = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(eight, eight);
                break;
        }
    }
}
