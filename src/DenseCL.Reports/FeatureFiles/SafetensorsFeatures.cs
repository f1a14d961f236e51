using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using DenseCL.Transfer.Features;
using DenseCL.Weights.Formats.Safetensors;
using DenseCL.Weights.Tensors;

namespace DenseCL.Reports.FeatureFiles;

/// <summary>
/// Pooled features as one tensor <c>features</c> (N, C), with the list <c>paths</c> in the metadata; maps as a tensor (height, width, C)
/// for each image, with its path as the name.
/// </summary>
internal static class SafetensorsFeatures
{
    private const int DigitsOfTensor = (3 * 11) + (2 * 19);      // of its shape, and of where its data begin and end

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(FileStream file, FeatureSet features)
    {
        // The header comes first, and what it says is known last: there is room for its longest form.
        int room = Room(features);
        file.SetLength(room);
        file.Position = room;
        XxHash128 hash = new();
        List<(string Name, WeightType Type, long[] Shape)> tensors = [];
        List<string> paths = [];
        foreach (SeenImage image in features.Compute("images"))
        {
            (string path, int height, int width, int channels, float[] values) = image.Features;
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values.AsSpan());
            hash.Append(bytes);
            file.Write(bytes);
            paths.Add(path);
            if (features.AreMaps)
            {
                tensors.Add((path, WeightType.F32, [height, width, channels]));
            }
        }

        if (!features.AreMaps)
        {
            tensors.Add(("features", WeightType.F32, [features.Images, features.Channels]));
        }

        file.Position = 0;
        file.Write(SafetensorsWriter.Header(tensors, Notes(features, paths), Convert.ToHexStringLower(hash.GetCurrentHash()), room));
    }

    private static Dictionary<string, string> Notes(FeatureSet features, IReadOnlyList<string> paths)
    {
        Dictionary<string, string> notes = new(StringComparer.Ordinal) { ["weights"] = features.Weights };
        if (!features.AreMaps)
        {
            notes["paths"] = JsonSerializer.Serialize(paths, Json);
        }

        return notes;
    }

    private static int Room(FeatureSet features)
    {
        (string, WeightType, long[])[] tensors = features.AreMaps
            ? [.. features.Names.Select(name => (name, WeightType.F32, Array.Empty<long>()))]
            : [("features", WeightType.F32, [])];
        try
        {
            int header = SafetensorsWriter.Header(tensors, Notes(features, features.Names), SafetensorsWriter.NoChecksum).Length;
            return checked((header + (tensors.Length * DigitsOfTensor) + 7) / 8 * 8);
        }
        catch (ArgumentException e)
        {
            throw new IOException(
                FormattableString.Invariant(
                    $"The names of {features.Names.Count:N0} images are too long for the header of a safetensors file: use the format npy or parquet."),
                e);
        }
    }
}
