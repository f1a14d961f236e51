using static Google.Protobuf.WireFormat;

namespace DenseCL.Weights.Formats.Onnx;

/// <summary>The numbers of one repeated field of a message, packed or single, read one at a time.</summary>
/// <param name="reader">At the beginning of the message; must not be used by anything else meanwhile.</param>
/// <param name="end">Where the message ends.</param>
/// <param name="field">The field.</param>
/// <param name="type">How a single number is written.</param>
internal sealed class OnnxNumbers(WireReader reader, long end, int field, WireType type)
{
    private long packedEnd;

    /// <summary>The next number; false after the last.</summary>
    public bool TryNext(out ulong number)
    {
        while (reader.Position >= packedEnd)
        {
            if (!reader.TryField(end, out int found, out WireType foundType))
            {
                number = 0;
                return false;
            }

            if (found != field)
            {
                reader.Skip(foundType, end);
            }
            else if (foundType is WireType.LengthDelimited)
            {
                packedEnd = reader.Block(end);
            }
            else if (foundType == type)
            {
                number = reader.Number(type, end);
                return true;
            }
            else
            {
                throw new FormatException(
                    $"field {field} has a number of wire type {foundType} near byte {reader.Position}, where {type} belongs");
            }
        }

        number = reader.Number(type, packedEnd);
        return true;
    }
}
