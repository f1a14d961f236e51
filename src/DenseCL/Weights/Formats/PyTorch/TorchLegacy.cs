using System.Buffers.Binary;
using DenseCL.Weights.Formats.Pickles;
using DenseCL.Weights.Formats.Pickles.Objects;
using DenseCL.Weights.Tensors;
using static DenseCL.Weights.Tensors.WeightNames;

namespace DenseCL.Weights.Formats.PyTorch;

/// <summary>
/// The format of <c>torch.save</c> before PyTorch 1.6: pickles of a magic number, a version, the machine, the object and the storages'
/// names, followed by each storage as a count of 8 bytes and its elements.
/// </summary>
internal static class TorchLegacy
{
    private const long Version = 1001;
    private const int Pickles = 5;

    /// <exception cref="FormatException">The file is damaged.</exception>
    /// <exception cref="NotSupportedException">The file contains something that is not supported.</exception>
    public static PickledWeights Parse(WeightBytes bytes)
    {
        FileRange file = new(bytes, 0, bytes.Length);
        TorchStorages storages = new();
        PickleBudget budget = new();
        object?[] loaded = new object?[Pickles];
        long position = 0;
        for (int i = 0; i < Pickles; i++)
        {
            loaded[i] = PickleMachine.Load(file, ref position, budget, i == 3 ? storages.Add : null);
        }

        if (loaded[1] is not Version || loaded[2] is not PickleDictionary)
        {
            throw new FormatException($"its version is not {Version}, the only one there was");
        }

        Dictionary<string, ByteSource> sources = Sources(bytes, position, loaded[4], storages);
        return PickleTree.Flatten(
            loaded[3],
            (name, tensor) =>
                TorchStorages.Locate(
                    name,
                    tensor,
                    sources.GetValueOrDefault(tensor.Storage.Key)
                        ?? throw new FormatException($"the storage {Quote(tensor.Storage.Key)} of {Quote(name)} is not in the file"),
                    bigEndian: false));
    }

    private static Dictionary<string, ByteSource> Sources(WeightBytes bytes, long position, object? names, TorchStorages storages)
    {
        Dictionary<string, ByteSource> sources = new(StringComparer.Ordinal);
        IReadOnlyList<object?> list = names is PickleList { Items: var items }
            ? items
            : throw new FormatException("the names of its storages are not a list");
        foreach (object? item in list)
        {
            string key = item is PickleText { IsShort: true } text
                ? text.ToText()
                : throw new FormatException("the name of a storage is not a text");
            if (!storages.Roots.TryGetValue(key, out StorageReference? root))
            {
                throw new FormatException($"the storage {Quote(key)} is in the file, but no tensor is in it");
            }

            CheckCount(new FileRange(bytes, position, sizeof(long)), root);
            FileRange source = new(bytes, position + sizeof(long), root.RootCount * root.Type.Size);
            if (!sources.TryAdd(key, source))
            {
                throw new FormatException($"the storage {Quote(key)} is in the file twice");
            }

            position += sizeof(long) + source.Length;
        }

        return sources;
    }

    /// <summary>
    /// Elements are little-endian on every machine. So is the count today, but early versions wrote it in the machine's byte order,
    /// whatever the description of the machine in the file says.
    /// </summary>
    private static void CheckCount(FileRange place, StorageReference root)
    {
        Span<byte> count = stackalloc byte[sizeof(long)];
        place.Read(count, 0);
        if (BinaryPrimitives.ReadInt64LittleEndian(count) != root.RootCount && BinaryPrimitives.ReadInt64BigEndian(count) != root.RootCount)
        {
            throw new FormatException(
                $"the storage {Quote(root.Key)} begins with the count {BinaryPrimitives.ReadInt64LittleEndian(count)}, "
                + $"but the pickle says {root.RootCount}"
            );
        }
    }
}
