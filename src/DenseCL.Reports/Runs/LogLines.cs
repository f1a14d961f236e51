using System.Text;
using System.Text.Json;

namespace DenseCL.Reports.Runs;

/// <summary>The lines that a run adds to one of its logs, as they come: numbers by name, with the step.</summary>
/// <param name="path">The log; it need not exist yet.</param>
internal sealed class LogLines(string path)
{
    private const int AtOnce = 1 << 24;     // bytes; a longer line is no line of a run

    private long position;

    /// <summary>
    /// The lines since the last call. A line whose end is not written yet is left for the next one. A file that has become shorter, as when
    /// a run continues from a checkpoint, is read again from the start.
    /// </summary>
    public IEnumerable<(long Step, IReadOnlyList<KeyValuePair<string, double>> Numbers)> Next()
    {
        if (!File.Exists(path))
        {
            yield break;
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        position = position > file.Length ? 0 : position;
        byte[] added = new byte[Math.Min(AtOnce, file.Length - position)];
        while (position < file.Length)
        {
            file.Position = position;
            int read = file.ReadAtLeast(added, added.Length, throwOnEndOfStream: false);
            int end = Array.LastIndexOf(added, (byte)'\n', read - 1) + 1;
            if (end == 0 && read < AtOnce)
            {
                yield break;
            }

            position += end == 0 ? read : end;
            foreach (string line in Encoding.UTF8.GetString(added, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (Parse(line) is { } parsed)
                {
                    yield return parsed;
                }
            }
        }
    }

    private static (long, IReadOnlyList<KeyValuePair<string, double>>)? Parse(string line)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            List<KeyValuePair<string, double>> numbers = [];
            Collect(json.RootElement, "", numbers);
            return (json.RootElement.GetProperty("step").GetInt64(), numbers);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;        // damaged; the training itself repairs its logs when it continues
        }
    }

    private static void Collect(JsonElement element, string prefix, List<KeyValuePair<string, double>> numbers)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Object)
            {
                Collect(property.Value, $"{prefix}{property.Name}/", numbers);
            }
            else if (property.Value.ValueKind == JsonValueKind.Number && property.Name != "step")
            {
                numbers.Add(new(prefix + property.Name, property.Value.GetDouble()));
            }
        }
    }
}
