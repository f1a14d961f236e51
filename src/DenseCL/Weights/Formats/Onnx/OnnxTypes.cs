using DenseCL.Weights.Tensors;
using static Google.Protobuf.WireFormat;
using static Onnx.TensorProto;
using static Onnx.TensorProto.Types;

namespace DenseCL.Weights.Formats.Onnx;

/// <summary>
/// The element types of ONNX that weight tensors have, and the field in which a <c>TensorProto</c> stores them if not in <c>raw_data</c>.
/// </summary>
internal static class OnnxTypes
{
    private static readonly (DataType Onnx, WeightType Type, int Field)[] Table =
    [
        (DataType.Float, WeightType.F32, FloatDataFieldNumber),
        (DataType.Double, WeightType.F64, DoubleDataFieldNumber),
        (DataType.Float16, WeightType.F16, Int32DataFieldNumber),
        (DataType.Bfloat16, WeightType.BF16, Int32DataFieldNumber),
        (DataType.Int8, WeightType.I8, Int32DataFieldNumber),
        (DataType.Int16, WeightType.I16, Int32DataFieldNumber),
        (DataType.Int32, WeightType.I32, Int32DataFieldNumber),
        (DataType.Int64, WeightType.I64, Int64DataFieldNumber),
        (DataType.Uint8, WeightType.U8, Int32DataFieldNumber),
        (DataType.Uint16, WeightType.U16, Int32DataFieldNumber),
        (DataType.Uint32, WeightType.U32, Uint64DataFieldNumber),
        (DataType.Uint64, WeightType.U64, Uint64DataFieldNumber),
        (DataType.Bool, WeightType.Bool, Int32DataFieldNumber),
    ];

    /// <exception cref="FormatException">The type is not supported.</exception>
    public static (WeightType Type, int Field) Find(ulong number)
    {
        int i = Array.FindIndex(Table, t => (ulong)t.Onnx == number);
        if (i < 0)
        {
            // Newer types have no name in this version of the schema.
            string name = number <= (ulong)DataType.Bfloat16 ? ((DataType)number).ToString().ToUpperInvariant() : "?";
            throw new FormatException($"its element type is {number} ({name}), which this program does not read");
        }

        return (Table[i].Type, Table[i].Field);
    }

    /// <summary>Whether a field of a <c>TensorProto</c> stores single numbers.</summary>
    public static bool IsData(int field) => Table.Any(t => t.Field == field);

    /// <summary>How a number in such a field is written.</summary>
    public static WireType Wire(int field) => field switch
    {
        FloatDataFieldNumber => WireType.Fixed32,
        DoubleDataFieldNumber => WireType.Fixed64,
        _ => WireType.Varint,
    };

    /// <summary>Whether a number in such a field is valid for the type; half precision and bfloat16 are stored as their 16 bits.</summary>
    public static bool Fits(WeightType type, ulong number) => type switch
    {
        WeightType.Bool => number <= 1,
        WeightType.U8 => number <= byte.MaxValue,
        WeightType.U16 or WeightType.F16 or WeightType.BF16 => number <= ushort.MaxValue,
        WeightType.U32 or WeightType.F32 => number <= uint.MaxValue,
        WeightType.I8 => (int)number is >= sbyte.MinValue and <= sbyte.MaxValue,
        WeightType.I16 => (int)number is >= short.MinValue and <= short.MaxValue,
        WeightType.I32 => (long)number is >= int.MinValue and <= uint.MaxValue,    // negative ones as 64 bits, or by some writers as 32
        _ => true,
    };
}
