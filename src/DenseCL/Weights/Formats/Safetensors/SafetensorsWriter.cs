using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text.Encodings.Web;
using System.Text.Json;
using DenseCL.Weights.Tensors;
using static TorchSharp.torch;

namespace DenseCL.Weights.Formats.Safetensors;

/// <summary>Writes safetensors files.</summary>
internal static class SafetensorsWriter
{
    /// <summary>Stands where the checksum will be.</summary>
    internal static readonly string NoChecksum = new('0', 32);

    /// <summary>Writes a file under another name and renames it: the old file stays until the new one is on the disk.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="tensors">Names, each once, and tensors on any device; a view is written in its logical order, row-major. Larger element
    /// types come first in the file, for alignment.</param>
    /// <param name="metadata">Notes; <see cref="SafetensorsFile.ChecksumKey"/> is added, or replaced.</param>
    /// <exception cref="ArgumentException">A name occurs twice or is reserved, or a tensor is of a type the format does not
    /// have.</exception>
    /// <exception cref="WeightFileException">The file could not be written, for example because the disk is full; the old one is
    /// unchanged.</exception>
    public static void Write(
        string path,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        (string Name, WeightType Type, Tensor Tensor)[] ordered = Order(tensors);
        WeightOutput.Replace(path, file =>
        {
            // The header contains the checksum of the data after it: it is written first with a placeholder, and again at the end.
            (string, WeightType, long[])[] entries = [.. ordered.Select(t => (t.Name, t.Type, t.Tensor.shape))];
            file.Write(Header(entries, metadata, NoChecksum));
            string checksum = WriteData(file, ordered);
            file.Position = 0;
            file.Write(Header(entries, metadata, checksum));
        });
    }

    private static (string Name, WeightType Type, Tensor Tensor)[] Order(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        List<(string Name, WeightType Type, Tensor Tensor)> list = WeightOutput.Check(tensors, "safetensors");
        if (list.Exists(t => t.Name is SafetensorsHeader.MetadataKey))
        {
            throw new ArgumentException($"The name '{SafetensorsHeader.MetadataKey}' is reserved: rename the tensor.", nameof(tensors));
        }

        return [.. list.OrderByDescending(t => WeightTypes.Size(t.Type))];
    }

    /// <summary>What comes before the data: the length, names, types, shapes and notes, padded with spaces.</summary>
    /// <param name="tensors">In the order of the data.</param>
    /// <param name="metadata">Notes.</param>
    /// <param name="checksum">The value of <see cref="SafetensorsFile.ChecksumKey"/>.</param>
    /// <param name="least">The least number of bytes, for a header that is written again when more is known.</param>
    internal static byte[] Header(
        IEnumerable<(string Name, WeightType Type, long[] Shape)> tensors,
        IReadOnlyDictionary<string, string>? metadata,
        string checksum,
        int least = 0)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject(SafetensorsHeader.MetadataKey);
            foreach ((string key, string value) in metadata ?? new Dictionary<string, string>(StringComparer.Ordinal))
            {
                if (key is not SafetensorsFile.ChecksumKey)
                {
                    json.WriteString(key, value);
                }
            }

            json.WriteString(SafetensorsFile.ChecksumKey, checksum);
            json.WriteEndObject();
            long position = 0;
            foreach ((string name, WeightType type, long[] shape) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", WeightTypes.Name(type));
                WriteNumbers(json, "shape", shape);
                long bytes = shape.Aggregate(1L, (product, side) => product * side) * WeightTypes.Size(type);
                WriteNumbers(json, "data_offsets", [position, position += bytes]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        int length = (Math.Max(buffer.WrittenCount, least - 8) + 7) / 8 * 8;
        if (length > SafetensorsHeader.MaxLength)
        {
            throw new ArgumentException(
                $"The names and metadata take {length} bytes, more than the {SafetensorsHeader.MaxLength} the format allows: "
                + "write several files.",
                nameof(tensors));
        }

        byte[] header = new byte[8 + length];
        BinaryPrimitives.WriteInt64LittleEndian(header, length);
        buffer.WrittenSpan.CopyTo(header.AsSpan(8));
        header.AsSpan(8 + buffer.WrittenCount).Fill((byte)' ');
        return header;
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static string WriteData(FileStream file, (string Name, WeightType Type, Tensor Tensor)[] tensors)
    {
        XxHash128 hash = new();
        foreach ((_, _, Tensor tensor) in tensors)
        {
            TensorBytes.Read(tensor, bytes =>
            {
                hash.Append(bytes);
                file.Write(bytes);
            });
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
