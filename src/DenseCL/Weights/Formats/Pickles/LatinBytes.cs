using DenseCL.Weights.Tensors;
namespace DenseCL.Weights.Formats.Pickles;

/// <summary>
/// Bytes that are written in a pickle as text of the characters 0 to 255. Protocols below 3 have no bytes, so Python 3 writes
/// <c>_codecs.encode(text, 'latin1')</c>.
/// </summary>
internal sealed class LatinBytes : ByteSource
{
    private const int Window = 1 << 16;

    private readonly ByteSource text;
    private readonly long position;
    private readonly long textLength;

    /// <summary>Checks the text and counts its characters.</summary>
    /// <exception cref="FormatException">It has characters above 255, or is not UTF-8.</exception>
    public LatinBytes(ByteSource text, long position, long textLength)
    {
        (this.text, this.position, this.textLength) = (text, position, textLength);
        Length = Decode(Span<byte>.Empty);
    }

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override void Read(Span<byte> destination, long position) => Unpack().Read(destination, position);

    /// <inheritdoc/>
    public override ByteSource Unpack()
    {
        if (Length > MaxMemory)
        {
            throw new NotSupportedException(
                $"it holds an array of {Length} bytes as text, more than the {MaxMemory} that are decoded here: "
                + "write it again with pickle protocol 4"
            );
        }

        byte[] bytes = new byte[(int)Length];
        Decode(bytes);
        return new MemoryBytes(bytes);
    }

    /// <summary>Decodes the text, or only counts its bytes if the destination is empty.</summary>
    private long Decode(Span<byte> destination)
    {
        byte[] window = new byte[(int)Math.Min(Window, textLength)];
        long count = 0;
        int lead = 0;
        for (long at = 0; at < textLength; at += window.Length)
        {
            Span<byte> part = window.AsSpan(0, (int)Math.Min(window.Length, textLength - at));
            text.Read(part, position + at);
            foreach (byte b in part)
            {
                // A character above 127 is two bytes: 110000hh 10llllll.
                if (lead == 0 && b is 0xC2 or 0xC3)
                {
                    lead = b;
                    continue;
                }

                if (lead == 0 ? b > 0x7F : (b & 0xC0) != 0x80)
                {
                    throw new FormatException($"bytes written as text hold something else near byte {at} of them");
                }

                if (!destination.IsEmpty)
                {
                    destination[(int)count] = lead == 0 ? b : (byte)((lead << 6) | (b & 0x3F));
                }

                lead = 0;
                count++;
            }
        }

        return lead == 0 ? count : throw new FormatException("bytes written as text end within a character");
    }
}
