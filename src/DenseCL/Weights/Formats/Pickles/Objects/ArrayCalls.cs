using DenseCL.Weights.Tensors;
namespace DenseCL.Weights.Formats.Pickles.Objects;

/// <summary>The calls that numpy writes for arrays.</summary>
internal static class ArrayCalls
{
    /// <summary>(class, shape, code): an array, followed by its state.</summary>
    public static object? Reconstruct(IReadOnlyList<object?> arguments)
        => arguments is [PickleGlobal { Name: "numpy.ndarray" }, PickleTuple, _] ? new ArrayRecord() : throw Wrong("_reconstruct");

    /// <summary>(kind and size, align, copy)</summary>
    public static object? Type(IReadOnlyList<object?> arguments)
        => arguments is [PickleText { IsShort: true } code, ..] && arguments.Count <= 3 && code.ToText() is { Length: <= 64 } name
            ? new ArrayType(ElementType.Numpy(name))
            : throw Wrong("dtype");

    /// <summary>(type, bytes)</summary>
    public static object? Scalar(IReadOnlyList<object?> arguments) =>
        arguments is [ArrayType type, var bytes]
            ? new ArrayScalar(new ArrayRecord(new PickleTuple([]), type, bytes, columnMajor: false))
            : throw Wrong("scalar");

    /// <summary>(bytes, type, shape, order)</summary>
    public static object? FromBuffer(IReadOnlyList<object?> arguments) =>
        arguments is [PickleText bytes, ArrayType type, PickleTuple shape, PickleText { IsShort: true } order]
        && order.ToText() is "C" or "F"
            ? new ArrayRecord(shape, type, bytes, string.Equals(order.ToText(), "F", StringComparison.Ordinal))
            : throw Wrong("_frombuffer");

    private static FormatException Wrong(string name) => new($"numpy's {name} is called with other arguments than numpy gives it");
}
