using DenseCL.Weights.Formats.Pickles;
using DenseCL.Weights.Formats.Pickles.Objects;
using DenseCL.Weights.Tensors;
using static DenseCL.Weights.Tensors.WeightNames;

namespace DenseCL.Weights.Formats.PyTorch;

/// <summary>The storages to which a file's pickle refers.</summary>
internal sealed class TorchStorages
{
    private const int MaxKey = 256;

    private readonly Dictionary<string, StorageReference> roots = new(StringComparer.Ordinal);

    /// <summary>The storages by name, as they were first described.</summary>
    public IReadOnlyDictionary<string, StorageReference> Roots => roots;

    /// <summary>
    /// Reads the reference to a storage: ('storage', class, name, device, elements). Before PyTorch 1.6 there is a sixth item: None or, for
    /// a storage that was a part of another, (name, first element, elements).
    /// </summary>
    /// <exception cref="FormatException">It is something else, or contradicts an earlier reference.</exception>
    /// <exception cref="NotSupportedException">It refers to a program's source.</exception>
    public StorageReference Add(object? id)
    {
        if (id is PickleTuple { Items: [PickleText { IsShort: true } word, ..] } && word.ToText() is "module")
        {
            throw new NotSupportedException(
                "it holds a whole network as a Python object, with its source, and not only weights: "
                + "load it in Python you trust and save its state_dict"
            );
        }

        if (id is not PickleTuple { Items: [PickleText { IsShort: true } kind, PickleGlobal { Element: { } type }, PickleText { IsShort: true } name, _, long count, ..] items }
            || kind.ToText() is not "storage"
            || name.ToText() is not { Length: <= MaxKey } key
            || count < 0
            || count > long.MaxValue / type.Size)
        {
            throw new FormatException("what stands for a storage in the pickle is not as torch.save writes it");
        }

        (long offset, long part) = items.Count < 6 || items[5] is null ? (0, count) : items[5] is PickleTuple { Items: [_, long o, long p] }
            ? (o, p)
            : throw new FormatException($"the storage {Quote(key)} is a part of another in a way that torch.save does not write");
        if (offset < 0 || part < 0 || offset > count - part)
        {
            throw new FormatException(
                $"elements {offset} to {(Int128)offset + part} of the storage {Quote(key)} are named, which has {count}");
        }

        StorageReference reference = new(key, type, count, offset, part);
        if (roots.TryAdd(key, reference) || (roots[key].Type == type && roots[key].RootCount == count))
        {
            return reference;
        }

        throw new FormatException($"the storage {Quote(key)} is named with two types or lengths");
    }

    /// <summary>Finds the elements of a tensor.</summary>
    /// <param name="name">The tensor, for messages.</param>
    /// <param name="tensor">What the pickle says.</param>
    /// <param name="source">The whole storage.</param>
    /// <param name="bigEndian">Whether numbers are big-endian.</param>
    /// <exception cref="FormatException">They are not inside the storage.</exception>
    public static StoredTensor Locate(string name, TensorRecord tensor, ByteSource source, bool bigEndian)
    {
        if (tensor.Type.Type is null)
        {
            return StoredTensor.Unreadable($"is of type {tensor.Type.Name}, which has no tensor type here: convert it in Python");
        }

        if (tensor.Problem is not null)
        {
            return StoredTensor.Unreadable(tensor.Problem);
        }

        StorageReference storage = tensor.Storage;
        const int MaxRank = 64;
        Int128 begin = (Int128)storage.Offset * storage.Type.Size, end = begin + ((Int128)storage.Count * storage.Type.Size);
        Int128 start = tensor.Offset < 0 ? -1 : begin + ((Int128)tensor.Offset * tensor.Type.Size);
        return StoredTensor.Create(
            name,
            tensor.Type,
            tensor.Shape.ToLongs("a tensor's shape", MaxRank),
            tensor.Strides.ToLongs("a tensor's strides", MaxRank),
            source,
            start,
            end,
            bigEndian);
    }
}
