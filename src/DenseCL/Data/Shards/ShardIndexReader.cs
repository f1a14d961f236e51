using System.Globalization;
using System.Text.Json;
using DenseCL.Data.Sources;
using DenseCL.Images;
using static System.FormattableString;

namespace DenseCL.Data.Shards;

/// <summary>
/// Reads the index of a pack. The index is untrusted: no count in it is believed, and nothing that it names may lie outside the pack.
/// </summary>
internal sealed class ShardIndexReader
{
    private const int Block = 512; // of a tar: headers and contents begin at its multiples
    private const int MaxNameLength = 8192; // of the name of a tar plus the name of a member
    private const int MaxLineBytes = 1 << 16;
    private const long MaxBytes = 8L << 30;

    private readonly string folder;
    private readonly string path;
    private readonly FileStream file;
    private readonly byte[] buffer = new byte[1 << 20];
    private readonly List<ImageEntry> entries = [];
    private int start;
    private int end;
    private long line;

    private ShardIndexReader(string folder, string path, FileStream file) => (this.folder, this.path, this.file) = (folder, path, file);

    /// <summary>Reads the index; only the lengths of the shards are checked.</summary>
    /// <param name="folder">Absolute path of the pack.</param>
    /// <returns>The images, the names of the classes, the number of shards.</returns>
    /// <exception cref="DataException">The index cannot be read or is wrong, or a shard is missing or has another length.</exception>
    public static (List<ImageEntry> Entries, string[] ClassNames, int Shards) Read(string folder)
    {
        string path = Path.Combine(folder, ShardIndex.FileName);
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if (file.Length > MaxBytes) throw new DataException($"{path} is larger than {MaxBytes >> 30} GB: this is not the index of a pack.");

            return new ShardIndexReader(folder, path, file).Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private (List<ImageEntry> Entries, string[] ClassNames, int Shards) Read()
    {
        (long images, long shards, long classes) = Head();
        var classNames = new List<string>();
        for (long i = 0; i < classes; i++)
            classNames.Add(Class());

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (long i = 0; i < shards; i++)
        {
            (string shard, long bytes, long count) = Shard();
            if (!seen.Add(shard)) throw Wrong($"the shard {shard} is listed twice");

            long free = Block;
            for (long image = 0; image < count; image++)
                free = Image(shard, bytes, free, classNames.Count);
        }

        if (entries.Count != images) throw Wrong(Invariant($"the head says {images:N0} images, and there are {entries.Count:N0}"));
        if (Next(out _)) throw Wrong("there are more lines than the head says");
        if (entries.Count == 0) throw Wrong("it has no images");

        return (entries, [.. classNames], seen.Count);
    }

    private (long Images, long Shards, long Classes) Head() => Object(head =>
    {
        int version = head.GetProperty("version").GetInt32();
        if (version != ShardIndex.Version)
            throw Wrong(Invariant($"its version is {version}, and this program reads {ShardIndex.Version}"));

        return (Count(head, "images"), Count(head, "shards"), Count(head, "classes"));
    });

    private string Class()
    {
        var json = new Utf8JsonReader(Line());
        try
        {
            if (json.Read() && json.TokenType == JsonTokenType.String && json.GetString() is { Length: > 0 } name && !json.Read())
                return name;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Wrong("not the name of a class", e);
        }

        throw Wrong("not the name of a class");
    }

    private (string Path, long Bytes, long Images) Shard()
    {
        (string name, long bytes, long images) = Object(shard =>
            (shard.GetProperty("shard").GetString() ?? "", Count(shard, "bytes"), Count(shard, "images")));
        bool plain =
            name.Length is > 4 and <= 255
            && name.EndsWith(".tar", StringComparison.Ordinal)
            && !name.Any(c => char.IsControl(c) || c is '/' or '\\' or ':');
        if (!plain)
            throw Wrong("a shard is the name of a .tar in the folder of the index");

        string shard = Path.Combine(folder, name);
        var there = new FileInfo(shard);
        if (!there.Exists) throw Wrong($"the shard {name} is missing: copy the whole folder");
        if (there.Length != bytes)
            throw Wrong(
                Invariant($"the shard {name} has {there.Length:N0} bytes and should have {bytes:N0}: it is truncated or is another file; ")
                + "copy it again, or pack again");

        return (shard, bytes, images);
    }

    // [offset, length, width, height, class or null, name]; returns the first byte after the image.
    private long Image(string shard, long bytes, long free, int classes)
    {
        var json = new Utf8JsonReader(Line());
        try
        {
            json.Read();
            if (json.TokenType != JsonTokenType.StartArray) throw Wrong("not the line of an image");

            long offset = Number(ref json), length = Number(ref json), width = Number(ref json), height = Number(ref json);
            json.Read();
            long? label = json.TokenType == JsonTokenType.Null ? null : json.GetInt64();
            json.Read();
            string name = json.GetString() ?? "";
            json.Read();
            if (json.TokenType != JsonTokenType.EndArray) throw Wrong("more values than an image has");

            // Subtracted, not added: sums of hostile numbers overflow.
            if (offset < free || offset % Block != 0 || length < 1 || offset > bytes || length > bytes - offset)
                throw Wrong(
                    Invariant($"{length} bytes from {offset} are not a valid place for an image: the shard has {bytes} bytes, ")
                    + Invariant($"and what lies before ends at {free}"));
            if (width is < 1 or > int.MaxValue || height is < 1 or > int.MaxValue)
                throw Wrong(Invariant($"{width} × {height} pixels are not a valid size"));
            if (label is null ? classes > 0 : label < 0 || label >= classes)
                throw Wrong(Invariant($"the class {label?.ToString(CultureInfo.InvariantCulture) ?? "null"} is none of {classes}"));
            if (name.Length is 0 or > MaxNameLength)
                throw Wrong(Invariant($"an image needs a name of 1 to {MaxNameLength} characters"));

            entries.Add(new ImageEntry(folder, name, length, (int?)label) { Shard = shard, Offset = offset, Header = new ImageHeader((int)width, (int)height) });
            return offset + length;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw Wrong("not the line of an image", e);
        }
    }

    private static long Number(ref Utf8JsonReader json)
    {
        json.Read();
        return json.GetInt64();
    }

    private T Object<T>(Func<JsonElement, T> read)
    {
        byte[] bytes = Line().ToArray();
        try
        {
            using JsonDocument json = JsonDocument.Parse(bytes);
            return read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw Wrong("not the line that belongs here", e);
        }
    }

    private long Count(JsonElement parent, string name)
    {
        long count = parent.GetProperty(name).GetInt64();
        return count >= 0 ? count : throw Wrong(Invariant($"{name} is {count}"));
    }

    private ReadOnlySpan<byte> Line() => Next(out ReadOnlySpan<byte> found) ? found : throw Wrong("it ends too early");

    private bool Next(out ReadOnlySpan<byte> found)
    {
        line++;
        while (true)
        {
            int length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length > MaxLineBytes || (length < 0 && end - start > MaxLineBytes)) throw Wrong("the line is too long");
            if (length >= 0)
            {
                found = buffer.AsSpan(start, length);
                start += length + 1;
                return true;
            }

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            int read = file.Read(buffer.AsSpan(end));
            if (read == 0)
            {
                found = default;
                return end > 0 ? throw Wrong("the line has no end") : false;
            }

            end += read;
        }
    }

    private DataException Wrong(string what, Exception? cause = null) =>
        new(
            Invariant($"{path}, line {line}: {what}. If the shards are whole, move the index away and they are read without it; ")
            + "else pack the images again.",
            cause!);
}
