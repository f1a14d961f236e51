using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DenseCL.Images.Jpeg;

/// <summary>The bits of one segment of entropy-coded data whose stuffed zeros were removed.</summary>
/// <remarks>
/// Reading never fails: <see cref="Padding"/> bytes follow the segment, more than a block can consume. Before each block the caller checks
/// whether the end of the segment was passed (<see cref="Overrun"/>).
/// </remarks>
internal ref struct BitReader
{
    /// <summary>
    /// Bytes that must follow a segment in memory: 8 for reading ahead, 8 of slack, and the most that a block can consume (64 values of 16
    /// + 11 bits).
    /// </summary>
    public const int Padding = 8 + 8 + (64 * 27 / 8) + 8;

    /// <summary>The next bits; the first one is the most significant.</summary>
    public ulong Bits;

    /// <summary>How many of <see cref="Bits"/> are counted as read from memory.</summary>
    public uint Count;

    /// <summary>The next byte to read.</summary>
    public nint Position;

    private readonly ref byte start;
    private readonly int length;

    /// <summary>Begins a segment.</summary>
    /// <param name="segment">Its bytes, and <see cref="Padding"/> more.</param>
    public BitReader(ReadOnlySpan<byte> segment)
    {
        start = ref MemoryMarshal.GetReference(segment);
        length = segment.Length - Padding;
    }

    /// <summary>Whether more was read than the segment contains.</summary>
    public readonly bool Overrun => Position > length + 8;

    /// <summary>Whether the segment was read to its last byte, apart from the bits that fill it up.</summary>
    public readonly bool AtEnd => ((long)length * 8) - ((Position * 8) - Count) is >= 0 and < 8;

    /// <summary>The first byte of the segment, for refilling elsewhere.</summary>
    public readonly ref byte Start => ref start;

    /// <summary>Fills up to at least 56 bits.</summary>
    public void Refill() => Refill(ref start, ref Bits, ref Count, ref Position);

    /// <summary>Skips the bits that an entry of a <see cref="HuffmanTable"/> stands for.</summary>
    public void Take(uint entry)
    {
        Bits <<= (int)entry;
        Count -= (byte)entry;
    }

    /// <summary>Fills up to at least 56 bits without a branch: some bits are read twice, but they are the same bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Refill(ref byte start, ref ulong bits, ref uint count, ref nint position)
    {
        ulong next = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, position));
        bits |= (BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(next) : next) >> (int)count;
        position += (nint)((63 ^ count) >> 3); // 63 − count
        count |= 56;
    }
}
