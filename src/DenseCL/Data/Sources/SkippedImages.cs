using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using DenseCL.Platform;

namespace DenseCL.Data.Sources;

/// <summary>The images of a run that could not be used, each once, with the reason. Images can be added from many threads.</summary>
public sealed class SkippedImages
{
    private readonly ConcurrentDictionary<string, string> reasons = new(StringComparer.Ordinal);

    /// <summary>The number of images recorded.</summary>
    public int Count => reasons.Count;

    /// <summary>The images recorded so far with the reasons, sorted by name.</summary>
    public IReadOnlyList<(string File, string Reason)> Entries =>
        [.. reasons.Select(r => (File: r.Key, Reason: r.Value)).OrderBy(r => r.File, StringComparer.Ordinal)];

    internal string FirstReasons => string.Join(", ", Entries.Take(3).Select(e => $"{e.File} ({e.Reason})")) + (Count > 3 ? ", …" : "");

    /// <summary>Records an image; if there are several reasons for one image, the first is kept.</summary>
    /// <param name="file">Its name in the source.</param>
    /// <param name="reason">Why it cannot be used.</param>
    /// <returns>Whether it is new.</returns>
    public bool Add(string file, string reason) => reasons.TryAdd(file, reason);

    /// <summary>Stops a run if more of its images are unusable than is tolerated.</summary>
    /// <param name="total">The number of images that the recorded ones belong to, at least 1.</param>
    /// <param name="maxBadShare">The largest tolerated share, in [0, 1].</param>
    /// <exception cref="DataException">More of them than <paramref name="maxBadShare"/> cannot be used.</exception>
    public void Check(int total, double maxBadShare)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(total, 1);
        if (maxBadShare is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(
                nameof(maxBadShare),
                maxBadShare,
                "A share lies between 0 (no bad image is tolerated) and 1 (any number is).");

        int count = Count;
        double share = (double)count / total;
        if (share <= maxBadShare) return;

        throw new DataException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{count:N0} of {total:N0} images ({share:0.##%}) cannot be used, more than data.maxBadShare = {maxBadShare} allows: "
                + $"{FirstReasons}. Repair or remove them, or raise data.maxBadShare."
            ));
    }

    /// <summary>
    /// Writes the list as JSON lines, {"file": …, "reason": …} each, sorted by file. An existing file is replaced as a whole or not at all.
    /// </summary>
    /// <param name="path">The file, such as RUN/skipped.jsonl; its folder must exist.</param>
    public void Write(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Replace(path, stream =>
        {
            using Utf8JsonWriter writer = new(stream, ReadableJson.Options);
            foreach ((string file, string reason) in Entries)
            {
                writer.WriteStartObject();
                writer.WriteString("file", file);
                writer.WriteString("reason", reason);
                writer.WriteEndObject();
                writer.Flush();
                stream.WriteByte((byte)'\n');
                writer.Reset();
            }
        });
    }

    /// <summary>Adds what an earlier process of the same run wrote; damaged lines are skipped.</summary>
    /// <param name="path">A file that <see cref="Write"/> wrote.</param>
    public void Read(string path)
    {
        foreach (string line in File.ReadLines(path))
        {
            try
            {
                using JsonDocument json = JsonDocument.Parse(line);
                if (json.RootElement.GetProperty("file").GetString() is { } file)
                {
                    Add(file, json.RootElement.GetProperty("reason").GetString() ?? "");
                }
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                // The list is only for information: no reason to refuse to continue.
            }
        }
    }
}
