using System.Text;
using System.Text.Json;
using DenseCL.Data;

namespace DenseCL.Transfer.Ablation;

/// <summary>
/// results.jsonl: one object per line, each written as soon as it is known. Lines of other sessions may be added by hand.
/// </summary>
internal static class ResultLog
{
    /// <summary>
    /// The results in a file, and the numbers of the invalid lines, such as a last one that was cut off; nothing if there is no file.
    /// </summary>
    public static (IReadOnlyList<AblationResult> Results, IReadOnlyList<int> Damaged) Read(string path)
    {
        List<AblationResult> results = [];
        List<int> damaged = [];
        foreach ((int index, string line) in (File.Exists(path) ? File.ReadLines(path) : []).Index())
        {
            if (Parse(line) is { } result)
            {
                results.Add(result);
            }
            else if (!string.IsNullOrWhiteSpace(line))
            {
                damaged.Add(index + 1);
            }
        }

        return (results, damaged);
    }

    /// <summary>Adds a line; it is on the disk when this returns.</summary>
    public static void Append(string path, AblationResult result)
    {
        using FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);

        // A line that was cut off must not merge with the next one.
        bool torn = file.Length > 0 && file.Seek(-1, SeekOrigin.End) >= 0 && file.ReadByte() != '\n';
        file.Seek(0, SeekOrigin.End);
        file.Write(Encoding.UTF8.GetBytes($"{(torn ? "\n" : "")}{Line(result)}\n"));
        file.Flush(flushToDisk: true);
    }

    private static string Line(AblationResult result)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter json = new(line, ReadableJson.Options))
        {
            json.WriteStartObject();
            json.WriteString("variant", result.Variant);
            json.WriteNumber("seed", result.Seed);
            json.WriteString("evaluation", result.Evaluation);
            json.WriteString("recipe", result.Recipe);
            json.WriteString("images", result.Images);
            if (result.Data is { } data)
            {
                json.WriteString("data", data);
            }

            if (result.Options is { } options)
            {
                json.WriteString("options", options);
            }

            json.WriteStartObject("figures");
            foreach ((string name, double value) in result.Figures)
            {
                json.WritePropertyName(name);
                if (double.IsFinite(value))
                {
                    json.WriteNumberValue(value);
                }
                else
                {
                    json.WriteNullValue();
                }
            }

            json.WriteEndObject();
            json.WriteNumber("seconds", Math.Round(result.Seconds, 2));
            if (result.TrainingSeconds is { } training)
            {
                json.WriteNumber("trainingSeconds", Math.Round(training, 2));
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(line.ToArray());
    }

    private static AblationResult? Parse(string line)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement root = json.RootElement;
            return new AblationResult(
                Text("variant"),
                root.GetProperty("seed").GetUInt64(),
                Text("evaluation"),
                Text("recipe"),
                Text("images"),
                Known("data"),
                Known("options"),
                [.. root.GetProperty("figures").EnumerateObject().Select(figure => KeyValuePair.Create(figure.Name, figure.Value.ValueKind is JsonValueKind.Null ? double.NaN : figure.Value.GetDouble()))],
                root.GetProperty("seconds").GetDouble(),
                root.TryGetProperty("trainingSeconds", out JsonElement seconds) ? seconds.GetDouble() : null);

            string? Known(string name) => root.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

            string Text(string name) => root.GetProperty(name).GetString() ?? throw new JsonException($"{name} is null.");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
