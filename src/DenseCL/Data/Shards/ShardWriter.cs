using System.Buffers;
using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DenseCL.Data.Sources;
using DenseCL.Images;

namespace DenseCL.Data.Shards;

/// <summary>Writes samples into the shards of a folder: KEY.jpg (or .png, …), KEY.json and, where there are classes, KEY.cls.</summary>
/// <remarks>
/// Plain ustar is enough: the keys are short, and sizes are below 2³⁰ bytes. Times and owners are zero, so the same images give the same
/// bytes.
/// </remarks>
internal sealed class ShardWriter(string folder, ShardPackOptions options, IReadOnlyList<string> classNames) : IDisposable
{
    private const int Block = 512;
    private const int EndBytes = 2 * Block;
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly List<PackedShard> shards = [];
    private readonly List<ImageEntry> images = [];
    private FileStream? file;
    private TarWriter? tar;

    /// <summary>The complete shards.</summary>
    public IReadOnlyList<PackedShard> Shards => shards;

    /// <summary>Images written.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the complete shards.</summary>
    public long Bytes { get; private set; }

    /// <summary>Appends an image.</summary>
    /// <param name="entry">Its entry in the source.</param>
    /// <param name="image">Its bytes.</param>
    public void Add(in ImageEntry entry, PackedImage image)
    {
        byte[] json = Describe(entry, image.Original);
        byte[]? label = entry.Label is { } number ? Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)) : null;
        long size = SizeInTar(image.Length) + SizeInTar(json.Length) + (label is null ? 0 : SizeInTar(label.Length));
        if (file is not null && (file.Position + size > options.ShardBytes - EndBytes || images.Count >= options.ImagesPerShard))
            EndShard();
        if (file is null)
            BeginShard();

        string key = Count.ToString("D9", CultureInfo.InvariantCulture);
        long offset = file!.Position + Block;
        Write($"{key}.{image.Extension}", image.Buffer, image.Length);
        if (label is not null) Write($"{key}.cls", label, label.Length);
        Write($"{key}.json", json, json.Length);
        images.Add(entry with { Offset = offset, Length = image.Length, Header = image.Header });
        Count++;
    }

    /// <summary>Completes the last shard.</summary>
    public void EndShard()
    {
        if (file is null) return;

        tar!.Dispose(); // writes the end of the archive
        file.Flush(flushToDisk: true);
        shards.Add(new PackedShard(Path.GetFileName(file.Name), file.Position, [.. images]));
        Bytes += file.Position;
        Dispose();
    }

    /// <summary>Closes the shard that is being written, whether it is complete or not.</summary>
    public void Dispose()
    {
        file?.Dispose();
        (file, tar) = (null, null);
        images.Clear();
    }

    private void BeginShard()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"shard-{shards.Count:D6}.tar");
        file = new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 20);
        tar = new TarWriter(file, TarEntryFormat.Ustar, leaveOpen: true);
    }

    private void Write(string name, byte[] content, int length)
    {
        using var data = new MemoryStream(content, 0, length, writable: false);
        tar!.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { Mode = Mode, ModificationTime = DateTimeOffset.UnixEpoch, DataStream = data });
    }

    private byte[] Describe(in ImageEntry entry, ImageHeader original)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using Utf8JsonWriter json = new(bytes, ReadableJson.Options);
        json.WriteStartObject();
        json.WriteString("name", entry.Name);
        json.WriteNumber("width", original.Width);
        json.WriteNumber("height", original.Height);
        if (entry.Label is { } label) json.WriteString("class", classNames[label]);
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    private static long SizeInTar(int bytes) => Block + ((bytes + Block - 1L) / Block * Block);
}
