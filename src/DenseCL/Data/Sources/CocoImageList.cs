using System.Globalization;
using System.Text.Json;
using DenseCL.Platform;

namespace DenseCL.Data.Sources;

/// <summary>The images that a COCO annotation file lists; everything else in it is ignored.</summary>
internal static class CocoImageList
{
    private const long MaxBytes = 2L << 30;
    private const int MaxTokenBytes = 64 << 20;
    private const int Named = 5;

    /// <summary>Reads the list, in the order of the file.</summary>
    /// <param name="path">Absolute path of the annotations.</param>
    /// <returns>The folder the images lie in, and the images.</returns>
    /// <exception cref="DataException">The file cannot be read, is no COCO file, or names images that do not exist.</exception>
    public static (string Root, List<ImageEntry> Images) Read(string path)
    {
        List<string> names = ReadNames(path);
        if (names.Count == 0)
            throw new DataException($"{path} lists no images: COCO annotations have an array \"images\" of objects with a \"file_name\".");

        string[] candidates = Folders(path);
        string root =
            candidates.FirstOrDefault(f => Directory.Exists(f) && names.Exists(n => File.Exists(Path.Combine(f, n))))
            ?? throw new DataException(
                $"None of the images that {path} lists was found, such as {names[0]}. Looked in {string.Join(", ", candidates)}.");

        var images = new List<ImageEntry>(names.Count);
        var missing = new List<string>();
        foreach (string name in names)
        {
            var file = new FileInfo(Path.Combine(root, name));
            if (file.Exists)
                images.Add(new ImageEntry(root, name, FolderScan.LengthOf(file)));
            else
                missing.Add(name);
        }

        if (missing.Count > 0)
        {
            string more = missing.Count > Named ? ", …" : "";
            throw new DataException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Of {names.Count:N0} images that {path} lists, {missing.Count:N0} are not in {root}: "
                    + $"{string.Join(", ", missing.Take(Named))}{more}. "
                    + $"Complete the folder, or give the folder itself instead of the annotations."
                ));
        }

        return (root, images);
    }

    // root/annotations/instances_train2017.json belongs to root/train2017; other tools keep the images beside the file, or in images/.
    private static string[] Folders(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        string parent = Path.GetDirectoryName(folder) ?? folder;
        string stem = Path.GetFileNameWithoutExtension(path);
        string split = stem[(stem.LastIndexOf('_') + 1)..];
        return
        [
            .. new[]
            {
                Path.Combine(parent, split), Path.Combine(parent, "images", split), Path.Combine(folder, split),
                folder, parent, Path.Combine(parent, "images"), Path.Combine(folder, "images"),
            }.Distinct(StringComparer.Ordinal),
        ];
    }

    private static List<string> ReadNames(string path)
    {
        try
        {
            RegularFile.Require(path);
            using FileStream stream = File.OpenRead(path);
            if (stream.Length > MaxBytes)
                throw new DataException($"{path} is larger than {MaxBytes >> 30} GB, the largest file of annotations that is read.");

            return ReadNames(stream, path);
        }
        catch (JsonException e)
        {
            throw new DataException(
                Invariant($"{path} is not valid JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1} of the line."),
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    // The annotations of COCO's train2017 have 470 MB, of which the images are 15: the file is streamed through one buffer.
    private static List<string> ReadNames(FileStream stream, string path)
    {
        var names = new List<string>();
        byte[] buffer = new byte[1 << 16];
        int length = stream.ReadAtLeast(buffer, 3, throwOnEndOfStream: false);
        if (buffer.AsSpan(0, length).StartsWith("\uFEFF"u8))
        {
            buffer.AsSpan(3, length - 3).CopyTo(buffer);
            length -= 3;
        }

        JsonReaderState state = default;
        long offset = 0;
        bool imagesFollow = false, inImages = false, nameFollows = false, last = false;
        while (!last)
        {
            if (length == buffer.Length)
            {
                if (length >= MaxTokenBytes)
                    throw new DataException(
                        Invariant(
                            $"{path}, byte {offset}: one value is longer than {MaxTokenBytes >> 20} MB; this is not a file of COCO annotations."
                        ));

                Array.Resize(ref buffer, length * 2);
            }

            int read = stream.Read(buffer.AsSpan(length));
            length += read;
            last = read == 0;
            var reader = new Utf8JsonReader(buffer.AsSpan(0, length), last, state);
            while (reader.Read())
            {
                // Depths: {0 "images"1: [1 {2 "file_name"3: …
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName when reader.CurrentDepth == 1:
                        imagesFollow = reader.ValueTextEquals("images"u8);
                        break;
                    case JsonTokenType.StartArray when reader.CurrentDepth == 1:
                        inImages = imagesFollow;
                        break;
                    case JsonTokenType.EndArray when reader.CurrentDepth == 1:
                        inImages = false;
                        break;
                    case JsonTokenType.PropertyName when inImages && reader.CurrentDepth == 3:
                        nameFollows = reader.ValueTextEquals("file_name"u8);
                        break;
                    case JsonTokenType.String when nameFollows && reader.CurrentDepth == 3:
                        names.Add(NameOf(ref reader, path, offset + reader.TokenStartIndex));
                        nameFollows = false;
                        break;
                }
            }

            state = reader.CurrentState;
            int consumed = (int)reader.BytesConsumed;
            offset += consumed;
            length -= consumed;
            buffer.AsSpan(consumed, length).CopyTo(buffer);
        }

        return names;
    }

    // The file is untrusted: it may name images of its data set, and nothing else on this machine.
    private static string NameOf(ref Utf8JsonReader reader, string path, long position)
    {
        string name;
        try
        {
            name = reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new DataException(Invariant($"{path}, byte {position}: a \"file_name\" is not valid UTF-8."), e);
        }

        if (
            name.Length == 0
            || Path.IsPathRooted(name)
            || name.Contains('\0', StringComparison.Ordinal)
            || name.Split('/', '\\').Contains("..", StringComparer.Ordinal))
            throw new DataException(
                Invariant($"{path}, byte {position}: the \"file_name\" \"{name}\" does not lie below the folder of the images."));

        return name;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
