namespace DenseCL.Weights.Formats.Pickles.Objects;

/// <summary>The calls that <c>torch.save</c> writes for tensors.</summary>
internal static class TensorCalls
{
    /// <summary>(storage, offset, shape, strides, requires_grad, hooks, marks)</summary>
    public static object? Rebuild(IReadOnlyList<object?> arguments)
        => arguments is [StorageReference storage, long offset, PickleTuple shape, PickleTuple strides, ..] && arguments.Count <= 7
            ? new TensorRecord(storage, storage.Type, offset, shape, strides, arguments.Count == 7 ? Problem(arguments[6]) : null)
            : throw Wrong("_rebuild_tensor");

    /// <summary>(untyped storage, offset, shape, strides, requires_grad, hooks, type, marks)</summary>
    public static object? RebuildTyped(IReadOnlyList<object?> arguments) =>
        arguments
            is [StorageReference storage, long offset, PickleTuple shape, PickleTuple strides, _, _, PickleGlobal { Element: { } type }, ..]
        && arguments.Count <= 8
            ? new TensorRecord(storage, type, offset, shape, strides, arguments.Count == 8 ? Problem(arguments[7]) : null)
            : throw Wrong("_rebuild_tensor_v3");

    /// <summary>(tensor, requires_grad, hooks, state)</summary>
    public static object? Parameter(IReadOnlyList<object?> arguments)
        => arguments is [TensorRecord tensor, _, _, ..] && arguments.Count <= 4 ? tensor : throw Wrong("_rebuild_parameter");

    /// <summary>(one of the calls above, class, its arguments, attributes): a tensor to which attributes were added.</summary>
    public static object? FromType(IReadOnlyList<object?> arguments)
    {
        if (arguments is not [PickleGlobal { Call: { } call }, PickleGlobal { Name: "torch.Tensor" or "torch.nn.parameter.Parameter" }, PickleTuple inner, _]
            || call == FromType
            || call(inner.Items) is not TensorRecord tensor)
        {
            throw Wrong("_rebuild_from_type_v2");
        }

        return tensor;
    }

    /// <summary>Complex tensors may be stored conjugated, and any tensor negated; weights never are.</summary>
    private static string? Problem(object? marks) => marks switch
    {
        null or PickleDictionary { Entries: [] } => null,
        PickleDictionary dictionary when dictionary.Entries.All(e => e.Value is false) => null,
        _ => "is stored negated or conjugated, which is not read: save it again with .resolve_conj().resolve_neg()",
    };

    private static FormatException Wrong(string name) => new($"{name} is called with other arguments than torch.save gives it");
}
