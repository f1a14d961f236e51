using static TorchSharp.torch;

namespace DenseCL.Weights.Tensors;

/// <summary>The names of an element type in files and in TorchSharp, and its size in bytes.</summary>
internal static class WeightTypes
{
    private static readonly (WeightType Type, string Name, int Size, ScalarType? Torch)[] Table =
    [
        (WeightType.Bool, "BOOL", 1, ScalarType.Bool),
        (WeightType.U8, "U8", 1, ScalarType.Byte),
        (WeightType.I8, "I8", 1, ScalarType.Int8),
        (WeightType.I16, "I16", 2, ScalarType.Int16),
        (WeightType.U16, "U16", 2, null),
        (WeightType.F16, "F16", 2, ScalarType.Float16),
        (WeightType.BF16, "BF16", 2, ScalarType.BFloat16),
        (WeightType.I32, "I32", 4, ScalarType.Int32),
        (WeightType.U32, "U32", 4, null),
        (WeightType.F32, "F32", 4, ScalarType.Float32),
        (WeightType.F64, "F64", 8, ScalarType.Float64),
        (WeightType.I64, "I64", 8, ScalarType.Int64),
        (WeightType.U64, "U64", 8, null),
    ];

    public static int Size(WeightType type) => Table[(int)type].Size;

    public static string Name(WeightType type) => Table[(int)type].Name;

    public static WeightType? FromName(string? name)
    {
        int i = Array.FindIndex(Table, t => string.Equals(t.Name, name, StringComparison.Ordinal));
        return i < 0 ? null : Table[i].Type;
    }

    /// <summary>TorchSharp's type, or null if it has none (unsigned types above 8 bits).</summary>
    public static ScalarType? ToTorch(WeightType type) => Table[(int)type].Torch;

    public static WeightType? FromTorch(ScalarType type)
    {
        int i = Array.FindIndex(Table, t => t.Torch == type);
        return i < 0 ? null : Table[i].Type;
    }
}
