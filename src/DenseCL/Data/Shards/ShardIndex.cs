using System.Text.Json;
using DenseCL.Data.Sources;

namespace DenseCL.Data.Shards;

/// <summary>
/// The index of a pack: where each image lies. With it a pack of millions of images opens in seconds, without reading through the tars.
/// </summary>
/// <remarks>
/// One line of JSON for each item: the header with all counts; a name for each class; and for each shard its own line, followed by a line
/// for each image in the order of the tar.
/// <code>
/// {"format":"densecl pack","version":1,"images":2,"shards":1,"classes":2,"columns":["offset","length","width","height","class","name"]}
/// "cat"
/// "dog"
/// {"shard":"shard-000000.tar","bytes":24064,"images":2}
/// [512,10123,640,480,0,"cat/1.jpg"]
/// [13312,8000,320,200,1,"dog/1.jpg"]
/// </code>
/// Offset and length are those of the image's bytes in the tar; the class is null if there are no classes.
/// </remarks>
internal static class ShardIndex
{
    public const string FileName = "index.jsonl";
    public const int Version = 1;

    private static ReadOnlySpan<byte> Start => "{\"format\":\"densecl pack\""u8;

    /// <summary>Whether a folder has an index; whether the index is right is not checked.</summary>
    public static bool IsIn(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            // A pipe has no length, and opening one waits for ever.
            if (new FileInfo(path) is not { Exists: true, Length: > 0 }) return false;

            using FileStream file = File.OpenRead(path);
            Span<byte> start = stackalloc byte[Start.Length];
            return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual(Start);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Writes the index.</summary>
    /// <param name="folder">The pack's.</param>
    /// <param name="classNames">Names of the classes; may be empty.</param>
    /// <param name="shards">The shards with their images; of each image the offset, length, header, label and name are written.</param>
    public static void Write(string folder, IReadOnlyList<string> classNames, IReadOnlyList<PackedShard> shards)
    {
        using FileStream file = new(
            Path.Combine(folder, FileName),
            FileMode.CreateNew,
            FileAccess.Write,
            FileShare.None,
            bufferSize: 1 << 20);
        using Utf8JsonWriter json = new(file, ReadableJson.Options);
        json.WriteStartObject();
        json.WriteString("format", "densecl pack");
        json.WriteNumber("version", Version);
        json.WriteNumber("images", shards.Sum(s => s.Images.Count));
        json.WriteNumber("shards", shards.Count);
        json.WriteNumber("classes", classNames.Count);
        json.WriteStartArray("columns");
        foreach (string column in (ReadOnlySpan<string>)["offset", "length", "width", "height", "class", "name"])
            json.WriteStringValue(column);

        json.WriteEndArray();
        json.WriteEndObject();
        EndLine();
        foreach (string name in classNames)
        {
            json.WriteStringValue(name);
            EndLine();
        }

        foreach (PackedShard shard in shards)
        {
            json.WriteStartObject();
            json.WriteString("shard", shard.Name);
            json.WriteNumber("bytes", shard.Bytes);
            json.WriteNumber("images", shard.Images.Count);
            json.WriteEndObject();
            EndLine();
            foreach (ImageEntry image in shard.Images)
            {
                Write(image);
                EndLine();
            }
        }

        file.Flush(flushToDisk: true);

        void Write(ImageEntry image)
        {
            (int width, int height) = image.Header!.Value;
            json.WriteStartArray();
            json.WriteNumberValue(image.Offset);
            json.WriteNumberValue(image.Length);
            json.WriteNumberValue(width);
            json.WriteNumberValue(height);
            if (image.Label is { } label)
                json.WriteNumberValue(label);
            else
                json.WriteNullValue();

            json.WriteStringValue(image.Name);
            json.WriteEndArray();
        }

        void EndLine()
        {
            json.Flush();
            file.WriteByte((byte)'\n');
            json.Reset();
        }
    }
}
