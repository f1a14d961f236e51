using DenseCL.Platform;
using DenseCL.Weights.Tensors;
using static TorchSharp.torch;

namespace DenseCL.Weights.Formats;

/// <summary>Functions that all writers of weight files share.</summary>
internal static class WeightOutput
{
    /// <summary>Writes a file under another name and renames it: the old file stays until the new one is on the disk.</summary>
    /// <exception cref="WeightFileException">The file could not be written; the old one is unchanged.</exception>
    public static void Replace(string path, Action<FileStream> write)
    {
        try
        {
            AtomicFile.Replace(path, write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new WeightFileException(
                $"{path}: could not be written ({e.Message}). Nothing was changed: "
                + "check that the folder exists, may be written and has room.",
                e);
        }
    }

    /// <summary>The tensors with their element types, in the order given.</summary>
    /// <param name="tensors">Names and tensors.</param>
    /// <param name="format">The format, for the message.</param>
    /// <exception cref="ArgumentException">A name is given twice, or the format does not have an element type.</exception>
    public static List<(string Name, WeightType Type, Tensor Tensor)> Check(
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        string format)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        List<(string Name, WeightType Type, Tensor Tensor)> list = [];
        foreach ((string name, Tensor tensor) in tensors)
        {
            if (!names.Add(name))
            {
                throw new ArgumentException($"The name '{name}' is given twice: rename one tensor.", nameof(tensors));
            }

            WeightType type =
                WeightTypes.FromTorch(tensor.dtype)
                ?? throw new ArgumentException(
                    $"'{name}' is of type {tensor.dtype}, which is not written to {format}: convert it.",
                    nameof(tensors));
            list.Add((name, type, tensor));
        }

        return list;
    }
}
