namespace DenseCL.Weights.Tensors;

/// <summary>An element type of PyTorch or numpy, whether or not this library has tensors of it.</summary>
/// <param name="Name">PyTorch's name.</param>
/// <param name="Size">Bytes per element; 0 if that is unknown.</param>
/// <param name="Type">The corresponding <see cref="WeightType"/>, or null.</param>
internal sealed record ElementType(string Name, int Size, WeightType? Type)
{
    private static readonly (ElementType Type, string? Storage, string? Numpy)[] Table =
    [
        (new("float64", 8, WeightType.F64), "Double", "f8"),
        (new("float32", 4, WeightType.F32), "Float", "f4"),
        (new("float16", 2, WeightType.F16), "Half", "f2"),
        (new("bfloat16", 2, WeightType.BF16), "BFloat16", null),
        (new("int64", 8, WeightType.I64), "Long", "i8"),
        (new("int32", 4, WeightType.I32), "Int", "i4"),
        (new("int16", 2, WeightType.I16), "Short", "i2"),
        (new("int8", 1, WeightType.I8), "Char", "i1"),
        (new("uint8", 1, WeightType.U8), "Byte", "u1"),
        (new("bool", 1, WeightType.Bool), "Bool", "b1"),
        (new("uint16", 2, WeightType.U16), null, "u2"),
        (new("uint32", 4, WeightType.U32), null, "u4"),
        (new("uint64", 8, WeightType.U64), null, "u8"),
        (new("complex32", 4, null), "ComplexHalf", null),
        (new("complex64", 8, null), "ComplexFloat", "c8"),
        (new("complex128", 16, null), "ComplexDouble", "c16"),
        (new("float8_e4m3fn", 1, null), null, null),
        (new("float8_e4m3fnuz", 1, null), null, null),
        (new("float8_e5m2", 1, null), null, null),
        (new("float8_e5m2fnuz", 1, null), null, null),
        (new("float8_e8m0fnu", 1, null), null, null),
        (new("float4_e2m1fn_x2", 1, null), null, null),
        (new("quint8", 1, null), "QUInt8", null),
        (new("qint8", 1, null), "QInt8", null),
        (new("qint32", 4, null), "QInt32", null),
        (new("quint4x2", 1, null), "QUInt4x2", null),
        (new("quint2x4", 1, null), "QUInt2x4", null),
    ];

    /// <summary>Bytes without an element type: PyTorch's untyped storages.</summary>
    public static ElementType Untyped { get; } = Table.Single(t => t.Type.Type == WeightType.U8).Type;

    /// <summary>All of PyTorch's types.</summary>
    public static IEnumerable<ElementType> Torch => Table.Select(t => t.Type);

    /// <summary>The types with a storage class, and the class's name without <c>Storage</c>.</summary>
    public static IEnumerable<(string Storage, ElementType Type)> Storages =>
        Table.Where(t => t.Storage is not null).Select(t => (t.Storage!, t.Type));

    /// <summary>The type of numpy's kind and size, such as <c>f4</c>.</summary>
    public static ElementType Numpy(string code)
    {
        int i = Array.FindIndex(Table, t => t.Numpy is not null && string.Equals(t.Numpy, code, StringComparison.Ordinal));
        return i < 0 ? new ElementType("numpy's " + code, 0, null) : Table[i].Type;
    }
}
