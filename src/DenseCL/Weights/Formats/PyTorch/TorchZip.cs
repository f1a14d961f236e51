using System.Text;
using DenseCL.Weights.Formats.Pickles;
using DenseCL.Weights.Tensors;
using static DenseCL.Weights.Tensors.WeightNames;

namespace DenseCL.Weights.Formats.PyTorch;

/// <summary>
/// The format of <c>torch.save</c> since PyTorch 1.6: a zip with a pickle and each storage as an entry, in a folder with any name.
/// </summary>
internal static class TorchZip
{
    private const string PickleName = "data.pkl";

    /// <exception cref="FormatException">The file is damaged.</exception>
    /// <exception cref="NotSupportedException">The file contains something that is not supported.</exception>
    public static PickledWeights Parse(ZipDirectory zip)
    {
        string folder = Folder(zip);
        if (zip.Names.Any(n => n.StartsWith(folder + "code/", StringComparison.Ordinal)) || zip.Contains(folder + "constants.pkl"))
        {
            throw new NotSupportedException(
                "is a TorchScript archive, a program with its weights (torch.jit.save): "
                + "load it in Python with torch.jit.load and save its state_dict with torch.save"
            );
        }

        bool bigEndian = IsBigEndian(zip, folder);
        TorchStorages storages = new();
        long position = 0;
        object? root = PickleMachine.Load(zip.Open(folder + PickleName).Unpack(), ref position, new PickleBudget(), storages.Add);
        Dictionary<string, ByteSource> sources = new(StringComparer.Ordinal);
        return PickleTree.Flatten(root, (name, tensor) =>
        {
            string key = tensor.Storage.Key;
            if (!sources.TryGetValue(key, out ByteSource? source))
            {
                source = zip.Open($"{folder}data/{key}");
                long length = tensor.Storage.RootCount * tensor.Storage.Type.Size;
                if (source.Length < length)
                {
                    throw new FormatException($"the storage {Quote(key)} of {Quote(name)} has {source.Length} bytes instead of {length}");
                }

                sources.Add(key, source);
            }

            return TorchStorages.Locate(name, tensor, source, bigEndian);
        });
    }

    private static string Folder(ZipDirectory zip)
    {
        string[] found = [.. zip.Names.Where(n => n == PickleName || n.EndsWith("/" + PickleName, StringComparison.Ordinal)).Take(2)];
        return found switch
        {
            [var name] => name[..^PickleName.Length],
            [] => throw new NotSupportedException(
                $"is a zip without {PickleName}, such as {string.Join(", ", zip.Names.Take(3).Select(Quote))}, so not of torch.save: "
                + "name a file of weights"
            ),
            _ => throw new FormatException($"it has {PickleName} in two folders, {Quote(found[0])} and {Quote(found[1])}"),
        };
    }

    private static bool IsBigEndian(ZipDirectory zip, string folder)
    {
        if (!zip.Contains(folder + "byteorder"))
        {
            // Older files have no such entry, and almost none was written on a big-endian machine.
            return false;
        }

        ByteSource entry = zip.Open(folder + "byteorder");
        string order = Encoding.Latin1.GetString(entry.Unpack().ToArray(0, Math.Min(entry.Length, 64)));
        return order switch
        {
            "little" => false,
            "big" => true,
            _ => throw new FormatException($"its byte order is {Quote(order)}, neither little nor big"),
        };
    }
}
