using System.Collections.Frozen;
using DenseCL.Weights.Tensors;
using static DenseCL.Weights.Tensors.WeightNames;

namespace DenseCL.Weights.Formats.Pickles.Objects;

/// <summary>All Python names that a pickle may refer to.</summary>
internal static class PickleGlobals
{
    private static readonly string[] Builtins = ["builtins", "__builtin__"];
    private static readonly FrozenDictionary<string, PickleGlobal> Known = All().ToFrozenDictionary(g => g.Name, StringComparer.Ordinal);

    /// <summary>The record of a name.</summary>
    /// <exception cref="NotSupportedException">The name is unknown.</exception>
    public static PickleGlobal Find(string module, string name)
    {
        string whole = $"{module}.{name}";
        if (Known.TryGetValue(whole, out PickleGlobal? known))
        {
            return known;
        }

        string kind = whole switch
        {
            _ when whole.Contains("sparse", StringComparison.Ordinal) => "sparse tensors are not read",
            _ when whole.Contains("qtensor", StringComparison.Ordinal) => "quantised tensors are not read",
            _ when whole.Contains("_rebuild_", StringComparison.Ordinal) || module is "torch" or "torch._utils" or "torch._tensor" =>
                "tensors of that kind are not read",
            _ => "only tensors, arrays, dictionaries, lists and numbers are read",
        };
        throw new NotSupportedException(
            $"it refers to {Quote(whole)}: {kind}, and this program runs no code out of files. "
            + "Load it in Python you trust and save its state_dict again"
        );
    }

    private static IEnumerable<PickleGlobal> All() => [.. Containers(), .. Torch(), .. TorchTypes(), .. Numpy()];

    private static IEnumerable<PickleGlobal> Containers()
    {
        yield return new("collections.OrderedDict", MakeDictionary, null);
        yield return new(
            "collections.defaultdict",
            arguments => arguments is [] or [null or PickleGlobal] ? new PickleDictionary() : throw Wrong("collections.defaultdict"),
            null);
        yield return new("_codecs.encode", Encode, null);
        foreach (string module in Builtins)
        {
            yield return new($"{module}.set", MakeSet, null);
            yield return new($"{module}.frozenset", MakeSet, null);

            // What Python 3 writes for empty bytes if the protocol has no instruction for bytes.
            yield return new(
                $"{module}.bytes",
                arguments => arguments is [] ? new PickleText(PickleTextKind.Bytes, new MemoryBytes([]), 0, 0) : throw Wrong("bytes"),
                null);
            foreach (string factory in (string[])["dict", "list", "int", "float"])
            {
                yield return new($"{module}.{factory}", null, null);
            }
        }
    }

    private static IEnumerable<PickleGlobal> Torch()
    {
        yield return new("torch._utils._rebuild_tensor", TensorCalls.Rebuild, null);
        yield return new("torch._utils._rebuild_tensor_v2", TensorCalls.Rebuild, null);
        yield return new("torch._utils._rebuild_tensor_v3", TensorCalls.RebuildTyped, null);
        yield return new("torch._utils._rebuild_parameter", TensorCalls.Parameter, null);
        yield return new("torch._utils._rebuild_parameter_with_state", TensorCalls.Parameter, null);
        yield return new("torch._tensor._rebuild_from_type", TensorCalls.FromType, null);
        yield return new("torch._tensor._rebuild_from_type_v2", TensorCalls.FromType, null);
        yield return new("torch.Tensor", null, null);
        yield return new("torch.nn.parameter.Parameter", null, null);
        yield return new("torch.Size", arguments => arguments is [PickleTuple size] ? size : throw Wrong("torch.Size"), null);
        yield return new("torch.device", arguments => arguments is [PickleText device, ..] ? device : throw Wrong("torch.device"), null);
        yield return new(
            "torch.serialization._get_layout",
            arguments => arguments is [PickleText layout] ? layout : throw Wrong("torch.serialization._get_layout"),
            null);
        yield return new("torch.strided", null, null);
    }

    private static IEnumerable<PickleGlobal> TorchTypes()
    {
        foreach (ElementType type in ElementType.Torch)
        {
            yield return new($"torch.{type.Name}", null, type);
        }

        foreach ((string name, ElementType type) in ElementType.Storages)
        {
            yield return new($"torch.{name}Storage", null, type);
            yield return new($"torch.cuda.{name}Storage", null, type);
        }

        foreach (string name in (string[])["torch.UntypedStorage", "torch.storage.UntypedStorage", "torch.storage._UntypedStorage"])
        {
            yield return new(name, null, ElementType.Untyped);
        }
    }

    private static IEnumerable<PickleGlobal> Numpy()
    {
        yield return new("numpy.ndarray", null, null);
        yield return new("numpy.dtype", ArrayCalls.Type, null);
        foreach (string core in (string[])["numpy.core", "numpy._core"])
        {
            yield return new($"{core}.multiarray._reconstruct", ArrayCalls.Reconstruct, null);
            yield return new($"{core}.multiarray.scalar", ArrayCalls.Scalar, null);
            yield return new($"{core}.numeric._frombuffer", ArrayCalls.FromBuffer, null);
        }
    }

    private static PickleDictionary MakeDictionary(IReadOnlyList<object?> arguments)
    {
        PickleDictionary dictionary = new();
        if (arguments is [PickleList pairs])
        {
            // Python 2 gives the entries as a list of pairs, one call for each dictionary.
            foreach (object? pair in pairs.Items)
            {
                (object? key, object? value) = pair switch
                {
                    PickleList { Items: [var k, var v] } => (k, v),
                    PickleTuple { Items: [var k, var v] } => (k, v),
                    _ => throw Wrong("collections.OrderedDict"),
                };
                dictionary.Set(key, value);
            }

            return dictionary;
        }

        return arguments is [] ? dictionary : throw Wrong("collections.OrderedDict");
    }

    /// <summary>A set is only kept as an object: nothing that is read is in one.</summary>
    private static PickleList MakeSet(IReadOnlyList<object?> arguments)
        => arguments is [] or [PickleList] ? new PickleList() : throw Wrong("set");

    private static PickleText Encode(IReadOnlyList<object?> arguments)
        => arguments is [PickleText text, PickleText { IsShort: true } code] && code.ToText() is "latin1" or "latin-1"
            ? text.EncodeLatin1()
            : throw Wrong("_codecs.encode");

    private static FormatException Wrong(string name) => new($"{name} is called with other arguments than torch.save and numpy give it");
}
