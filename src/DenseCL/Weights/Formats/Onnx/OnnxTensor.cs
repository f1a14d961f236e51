using DenseCL.Weights.Tensors;
using static DenseCL.Weights.Tensors.WeightNames;
using static Google.Protobuf.WireFormat;
using static Onnx.TensorProto;

namespace DenseCL.Weights.Formats.Onnx;

/// <summary>An initialiser, and where its elements lie.</summary>
/// <param name="Entry">Its name, type and shape.</param>
/// <param name="Start">The first byte of <c>raw_data</c>, or of the whole message if the elements are in another field.</param>
/// <param name="End">After the last byte.</param>
/// <param name="Field">The field with the elements: <c>raw_data</c>, or one with numbers.</param>
internal sealed record OnnxTensor(WeightEntry Entry, long Start, long End, int Field)
{
    private const int MaxRank = 64;

    /// <summary>Whether the elements are contiguous, from <see cref="Start"/>.</summary>
    public bool IsRaw => Field == RawDataFieldNumber;

    /// <summary>Checks a <c>TensorProto</c>; it can then be read without further checks.</summary>
    /// <param name="reader">At the beginning of the message; afterwards at its end.</param>
    /// <param name="end">Where the message ends.</param>
    /// <param name="index">Its place among the initialisers, for messages.</param>
    /// <param name="textLimit">How many bytes the name may have.</param>
    /// <exception cref="FormatException">It is invalid, or of an unsupported kind.</exception>
    public static OnnxTensor Parse(WireReader reader, long end, int index, int textLimit)
    {
        string? name = null;
        try
        {
            long start = reader.Position, rawStart = 0, rawEnd = 0;
            int data = 0;
            ulong typeNumber = 0;
            while (reader.TryField(end, out int field, out WireType wire))
            {
                switch (field)
                {
                    case NameFieldNumber when wire is WireType.LengthDelimited && name is null:
                        name = reader.Text(end, textLimit);
                        break;
                    case DataTypeFieldNumber when wire is WireType.Varint:
                        typeNumber = reader.Number(wire, end);
                        break;
                    case RawDataFieldNumber when wire is WireType.LengthDelimited && data == 0:
                        data = field;
                        rawEnd = reader.Block(end);
                        rawStart = reader.Position;
                        reader.Position = rawEnd;
                        break;
                    case DataLocationFieldNumber when wire is WireType.Varint:
                        RefuseExternal(reader.Number(wire, end) != 0);
                        break;
                    case ExternalDataFieldNumber:
                        RefuseExternal(true);
                        break;
                    case SegmentFieldNumber:
                        throw new FormatException("it is a segment of a larger tensor, which this program does not join");
                    case NameFieldNumber or DataTypeFieldNumber or RawDataFieldNumber or DataLocationFieldNumber:
                        throw new FormatException(
                            $"field {field} comes twice, after other data, or as wire type {wire}, near byte {reader.Position}");
                    case int numbers when OnnxTypes.IsData(numbers):
                        data =
                            data == 0 || data == field
                                ? field
                                : throw new FormatException($"its elements are in the fields {data} and {field}");
                        reader.Skip(wire, end);
                        break;
                    default:
                        reader.Skip(wire, end);
                        break;
                }
            }

            if (string.IsNullOrEmpty(name))
            {
                throw new FormatException("it has no name");
            }

            (WeightType type, int typed) = OnnxTypes.Find(typeNumber);
            WeightEntry entry = new(name, type, Shape(reader, start, end, WeightTypes.Size(type)));
            OnnxTensor tensor = data == RawDataFieldNumber ? new(entry, rawStart, rawEnd, data) : new(entry, start, end, typed);
            if (data != 0 && data != tensor.Field)
            {
                throw new FormatException($"its elements are in field {data}, where type {WeightTypes.Name(type)} has them in {typed}");
            }

            tensor.CheckCount(reader);
            reader.Position = end;
            return tensor;
        }
        catch (FormatException e)
        {
            throw new FormatException($"initialiser {index}{(name is null ? "" : " " + Quote(name))}: {e.Message}", e);
        }
    }

    /// <summary>Reads the elements in the file's order; the next call continues after them.</summary>
    /// <param name="bytes">The file.</param>
    /// <returns>Fills a span with elements, little-endian.</returns>
    public Action<Span<byte>> Numbers(WeightBytes bytes)
    {
        OnnxNumbers numbers = Numbers(new WireReader(bytes));
        int size = WeightTypes.Size(Entry.Type);
        return destination =>
        {
            for (int i = 0; i < destination.Length; i += size)
            {
                if (!numbers.TryNext(out ulong number))
                {
                    throw new FormatException("elements are gone");
                }

                Write(destination.Slice(i, size), number);
            }
        };
    }

    private static void Write(Span<byte> destination, ulong number)
    {
        foreach (ref byte b in destination)
        {
            b = (byte)number;
            number >>= 8;
        }
    }

    private static void RefuseExternal(bool external)
    {
        if (external)
        {
            throw new FormatException(
                "its data is in another file (external data), which is not read: save the model with its data inside");
        }
    }

    private static long[] Shape(WireReader reader, long start, long end, int elementSize)
    {
        reader.Position = start;
        OnnxNumbers numbers = new(reader, end, DimsFieldNumber, WireType.Varint);
        List<long> shape = [];
        Int128 bytes = elementSize;
        while (numbers.TryNext(out ulong number))
        {
            if (number > long.MaxValue || shape.Count == MaxRank)
            {
                throw new FormatException($"its shape has the side {(long)number}, or more than {MaxRank} sides");
            }

            // Sides of 0 count as 1, because strides are products of the other sides.
            shape.Add((long)number);
            bytes *= Math.Max((long)number, 1);
            if (bytes > long.MaxValue)
            {
                throw new FormatException($"its shape, [{string.Join(", ", shape)}], is too large");
            }
        }

        return [.. shape];
    }

    private OnnxNumbers Numbers(WireReader reader)
    {
        reader.Position = Start;
        return new OnnxNumbers(reader, End, Field, OnnxTypes.Wire(Field));
    }

    private void CheckCount(WireReader reader)
    {
        if (IsRaw)
        {
            if (End - Start != Entry.Length)
            {
                throw new FormatException(
                    $"takes {Entry.Length} bytes by its shape [{string.Join(", ", Entry.Shape.ToArray())}], and has {End - Start}");
            }

            return;
        }

        long count = 0, expected = Entry.Count;
        for (OnnxNumbers numbers = Numbers(reader); numbers.TryNext(out ulong number); count++)
        {
            if (count == expected || !OnnxTypes.Fits(Entry.Type, number))
            {
                throw new FormatException(
                    $"element {count} is beyond its shape's {expected} or beyond type {WeightTypes.Name(Entry.Type)}: {number}");
            }
        }

        if (count != expected)
        {
            throw new FormatException(
                $"has {expected} elements by its shape [{string.Join(", ", Entry.Shape.ToArray())}], and {count} are there");
        }
    }
}
