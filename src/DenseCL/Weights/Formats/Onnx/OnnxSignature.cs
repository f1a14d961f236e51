using Onnx;
using static Google.Protobuf.WireFormat;

namespace DenseCL.Weights.Formats.Onnx;

/// <summary>
/// Recognises ONNX by its first bytes. Protobuf has no magic number, so only the schema can be checked: fields of a <c>ModelProto</c>, each
/// written as it must be.
/// </summary>
internal static class OnnxSignature
{
    /// <summary>
    /// True if <c>ir_version</c> comes first, as in the files of all known writers, followed only by fields of a model. No name may contain
    /// a control character, and no text or message may begin with a zero. It is false for every zip, pickle, safetensors and TensorFlow
    /// model.
    /// </summary>
    /// <param name="first">The first bytes of the file: 64 or more, or all.</param>
    public static bool Matches(ReadOnlySpan<byte> first)
    {
        if (first.Length < 3 || first[0] != 0x08 || first[1] is 0 or >= 0x80)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = first[2..];
        int fields = 0;
        while (!rest.IsEmpty)
        {
            if (!TryVarint(ref rest, out ulong tag))
            {
                return fields > 0 && rest.IsEmpty;
            }

            bool known = IsKnown(tag);
            if (!known || !TryVarint(ref rest, out ulong length))
            {
                return known && fields > 0 && rest.IsEmpty;
            }

            fields++;
            if ((tag & 7) == (ulong)WireType.Varint)
            {
                continue;
            }

            ReadOnlySpan<byte> content = rest[..(int)Math.Min(length, (ulong)rest.Length)];
            if (
                length > int.MaxValue
                || (!content.IsEmpty && content[0] == 0)
                || (IsName(tag) && content.ContainsAnyInRange((byte)0, (byte)0x1F)))
            {
                return false;
            }

            rest = rest[content.Length..];
        }

        return fields > 0;
    }

    private static bool IsName(ulong tag) =>
        (tag >> 3) is ModelProto.ProducerNameFieldNumber or ModelProto.ProducerVersionFieldNumber or ModelProto.DomainFieldNumber;

    /// <summary>Whether a field of a model has this tag.</summary>
    private static bool IsKnown(ulong tag) =>
        (tag >> 3) switch
        {
            ModelProto.ModelVersionFieldNumber => (tag & 7) == (ulong)WireType.Varint,
            ModelProto.DocStringFieldNumber
            or ModelProto.GraphFieldNumber
            or ModelProto.OpsetImportFieldNumber
            or ModelProto.MetadataPropsFieldNumber
            or ModelProto.TrainingInfoFieldNumber
            or ModelProto.FunctionsFieldNumber => (tag & 7) == (ulong)WireType.LengthDelimited,
            _ => IsName(tag) && (tag & 7) == (ulong)WireType.LengthDelimited,
        };

    private static bool TryVarint(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 63 && !rest.IsEmpty; shift += 7)
        {
            byte b = rest[0];
            rest = rest[1..];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
