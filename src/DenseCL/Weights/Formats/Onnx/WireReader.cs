using System.Buffers.Binary;
using System.Text;
using DenseCL.Weights.Tensors;
using static Google.Protobuf.WireFormat;

namespace DenseCL.Weights.Formats.Onnx;

/// <summary>
/// Reads protobuf's wire format from a file, skipping what is not needed. Every length is checked against the enclosing message before it
/// is used. For one thread.
/// </summary>
/// <remarks>
/// The format: https://protobuf.dev/programming-guides/encoding. Every error is a <see cref="FormatException"/> that gives the position.
/// </remarks>
internal sealed class WireReader(WeightBytes bytes)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] buffer = new byte[1 << 14];
    private long bufferStart;
    private int bufferLength;

    /// <summary>The position of the next byte.</summary>
    public long Position { get; set; }

    /// <summary>Reads the tag of a field.</summary>
    /// <param name="end">Where the message ends.</param>
    /// <param name="number">The field's number.</param>
    /// <param name="type">How its value is written.</param>
    /// <returns>False at the end.</returns>
    public bool TryField(long end, out int number, out WireType type)
    {
        (number, type) = (0, default);
        if (Position == end)
        {
            return false;
        }

        long start = Position;
        ulong tag = Varint(end);
        (number, type) = ((int)(uint)(tag >> 3), (WireType)(tag & 7));
        if (
            tag > uint.MaxValue
            || number == 0
            || type is not (WireType.Varint or WireType.Fixed64 or WireType.LengthDelimited or WireType.Fixed32))
        {
            // Groups, which could be nested without limit, are among the types that ONNX never had.
            throw new FormatException($"at byte {start} no field begins: its number is {tag >> 3} and its wire type {tag & 7}");
        }

        return true;
    }

    /// <summary>Skips the value of a field.</summary>
    public void Skip(WireType type, long end)
    {
        switch (type)
        {
            case WireType.Varint:
                Varint(end);
                break;
            case WireType.LengthDelimited:
                Position = Block(end);
                break;
            default:
                Number(type, end);
                break;
        }
    }

    /// <summary>Reads the length of a string, message or packed list, which then begins at <see cref="Position"/>.</summary>
    /// <returns>Its end, at most <paramref name="end"/>.</returns>
    public long Block(long end)
    {
        long start = Position;
        ulong length = Varint(end);
        return length <= (ulong)(end - Position)
            ? Position + (long)length
            : throw new FormatException(
                $"the length at byte {start} is given as {length}, of which {end - Position} bytes are there: "
                + "the file is truncated or damaged"
            );
    }

    /// <summary>Reads a number: 32 or 64 bits as they are, or a varint.</summary>
    public ulong Number(WireType type, long end)
    {
        if (type is WireType.Varint)
        {
            return Varint(end);
        }

        Span<byte> value = stackalloc byte[8];
        value.Clear();
        foreach (ref byte b in value[..(type is WireType.Fixed32 ? 4 : 8)])
        {
            b = Byte(end);
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(value);
    }

    /// <summary>Reads a string.</summary>
    /// <param name="end">Where the message ends.</param>
    /// <param name="limit">How many bytes it may have.</param>
    public string Text(long end, int limit)
    {
        long start = Position, textEnd = Block(end);
        if (textEnd - Position > limit)
        {
            throw new FormatException(
                $"the text at byte {start} has {textEnd - Position} bytes; of names and notes together {limit} were still allowed");
        }

        byte[] text = new byte[(int)(textEnd - Position)];
        bytes.Read(text, Position);
        Position = textEnd;
        try
        {
            return Utf8.GetString(text);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException($"the text at byte {start} is not UTF-8", e);
        }
    }

    private ulong Varint(long end)
    {
        long start = Position;
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte b = Byte(end);
            if (shift == 63 && b > 1)
            {
                break;
            }

            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }

        throw new FormatException($"the number at byte {start} has more than 64 bits");
    }

    private byte Byte(long end)
    {
        if (Position >= end)
        {
            throw new FormatException($"a field is cut off at byte {end}: the file is truncated or damaged");
        }

        if (Position < bufferStart || Position >= bufferStart + bufferLength)
        {
            int length = (int)Math.Min(buffer.Length, bytes.Length - Position);
            bytes.Read(buffer.AsSpan(0, length), Position);
            (bufferStart, bufferLength) = (Position, length);
        }

        return buffer[Position++ - bufferStart];
    }
}
