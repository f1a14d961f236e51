using System.Text.Json;
using DenseCL.Weights.Tensors;
using static DenseCL.Weights.Tensors.WeightNames;

namespace DenseCL.Weights.Formats.Safetensors;

/// <summary>
/// The header of a safetensors file, which is untrusted. After these checks every tensor can be read without further ones.
/// </summary>
internal static class SafetensorsHeader
{
    public const string MetadataKey = "__metadata__";

    /// <summary>The format's own limit.</summary>
    public const long MaxLength = 100_000_000;

    private const int MaxRank = 64;

    /// <summary>Parses and checks a header.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataLength">Bytes in the file after the header.</param>
    /// <exception cref="FormatException">The header is invalid; the message says what and where, without the file's name.</exception>
    public static (List<(WeightEntry Entry, long Offset)> Tensors, Dictionary<string, string> Metadata) Parse(
        ReadOnlySpan<byte> json,
        long dataLength)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
        {
            throw new FormatException("the header does not begin with '{'");
        }

        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 4 });
        try
        {
            return ParseObject(ref reader, dataLength);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not UTF-8.
            throw new FormatException($"the header is not valid JSON near its byte {reader.BytesConsumed}", e);
        }
    }

    private static (List<(WeightEntry Entry, long Offset)> Tensors, Dictionary<string, string> Metadata) ParseObject(
        ref Utf8JsonReader reader,
        long dataLength)
    {
        List<(WeightEntry Entry, long Offset)> entries = [];
        Dictionary<string, string>? metadata = null;
        HashSet<string> names = new(StringComparer.Ordinal);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!names.Add(name))
            {
                throw new FormatException($"the header names {Quote(name)} twice");
            }

            reader.Read();
            if (name is MetadataKey)
            {
                metadata = ParseMetadata(ref reader);
            }
            else
            {
                entries.Add(ParseEntry(ref reader, name));
            }
        }

        // Anything but white space after the object makes the reader throw.
        reader.Read();
        List<(WeightEntry Entry, long Offset)> ordered = [.. entries.OrderBy(e => e.Offset).ThenBy(e => e.Entry.Length)];
        CheckLayout(ordered, dataLength);
        return (ordered, metadata ?? []);
    }

    private static Dictionary<string, string> ParseMetadata(ref Utf8JsonReader reader)
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        Expect(ref reader, JsonTokenType.StartObject, MetadataKey);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            Expect(ref reader, JsonTokenType.String, MetadataKey);
            if (!metadata.TryAdd(key, reader.GetString()!))
            {
                throw new FormatException($"the metadata names {Quote(key)} twice");
            }
        }

        return metadata;
    }

    private static (WeightEntry Entry, long Offset) ParseEntry(ref Utf8JsonReader reader, string name)
    {
        WeightType? type = null;
        List<long>? shape = null, offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, name);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string property = reader.GetString()!;
            reader.Read();
            switch (property)
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String, name);
                    string word = reader.GetString()!;
                    type = WeightTypes.FromName(word)
                        ?? throw new FormatException($"{Quote(name)} has the element type {Quote(word)}, which this program does not know");
                    break;
                case "shape" when shape is null:
                    shape = ParseNumbers(ref reader, name, MaxRank);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ParseNumbers(ref reader, name, 2);
                    break;
                default:
                    throw new FormatException($"{Quote(name)} has {Quote(property)} twice or should not have it");
            }
        }

        if (type is null || shape is null || offsets is not [long begin, long end])
        {
            throw new FormatException($"{Quote(name)} lacks its dtype, its shape or one of its two data_offsets");
        }

        CheckLength(name, type.Value, shape, begin, end);
        return (new WeightEntry(name, type.Value, [.. shape]), begin);
    }

    private static void CheckLength(string name, WeightType type, List<long> shape, long begin, long end)
    {
        // Sizes of 0 count as 1 for the overflow check, because strides are products of the other sizes.
        Int128 bytes = WeightTypes.Size(type);
        foreach (long side in shape)
        {
            bytes *= Math.Max(side, 1);
            if (bytes > long.MaxValue)
            {
                throw new FormatException($"the shape of {Quote(name)}, [{string.Join(", ", shape)}], is too large");
            }
        }

        long length = shape.Contains(0) ? 0 : (long)bytes;
        if (end < begin || end - begin != length)
        {
            throw new FormatException($"{Quote(name)} takes {length} bytes by its shape, but its data_offsets are [{begin}, {end}]");
        }
    }

    private static List<long> ParseNumbers(ref Utf8JsonReader reader, string name, int limit)
    {
        List<long> numbers = [];
        Expect(ref reader, JsonTokenType.StartArray, name);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(ref reader, JsonTokenType.Number, name);
            if (!reader.TryGetInt64(out long number) || number < 0 || numbers.Count == limit)
            {
                throw new FormatException($"{Quote(name)} has a number that is not a whole number of 0 or more, or more than {limit} of them");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string name)
    {
        if (reader.TokenType != type)
        {
            throw new FormatException(
                $"{Quote(name)} has a {reader.TokenType} where a {type} belongs, near byte {reader.BytesConsumed} of the header");
        }
    }

    /// <summary>The tensors must fill the data section without gap, overlap or remainder.</summary>
    private static void CheckLayout(List<(WeightEntry Entry, long Offset)> ordered, long dataLength)
    {
        long position = 0;
        foreach ((WeightEntry entry, long offset) in ordered)
        {
            if (offset != position)
            {
                throw new FormatException(
                    $"{Quote(entry.Name)} begins at byte {offset} of the data, but the tensor before it ends at {position}");
            }

            position += entry.Length;
            if (position > dataLength)
            {
                throw new FormatException(
                    $"{Quote(entry.Name)} ends at byte {position} of the data, of which the file has {dataLength}: it is truncated");
            }
        }

        if (position != dataLength)
        {
            throw new FormatException($"{dataLength - position} bytes follow the last tensor");
        }
    }
}
