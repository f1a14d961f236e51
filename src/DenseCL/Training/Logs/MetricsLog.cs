using System.Text.Json;
using System.Text.Json.Serialization;
using DenseCL.Platform;

namespace DenseCL.Training.Logs;

/// <summary>The two logs of a run, with a JSON object per line: what was computed, and how fast.</summary>
internal sealed class MetricsLog(RunFolder folder)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Adds a line to each log. When this returns, the lines have been passed to the operating system.</summary>
    /// <param name="metrics">What was computed at a step; it has a property <c>Step</c>.</param>
    /// <param name="speed">How fast.</param>
    public void Write<T>(T metrics, LoggedSpeed speed)
    {
        Append(folder.Metrics, metrics);
        Append(folder.Speed, speed);
    }

    /// <summary>Adds a line to the first log.</summary>
    /// <param name="line">It has a property <c>Step</c>.</param>
    public void Write<T>(T line) => Append(folder.Metrics, line);

    /// <summary>Whether the first log has a line with a key for a step, such as <c>probe</c> for evaluation figures.</summary>
    public bool Has(long step, string key) => File.Exists(folder.Metrics)
        && File.ReadLines(folder.Metrics).Any(line => line.Contains($"\"{key}\":", StringComparison.Ordinal) && StepOf(line) == step);

    /// <summary>Deletes what was logged after the checkpoint from which the run continues; it will be logged again.</summary>
    public void KeepUntil(long step)
    {
        foreach (string path in new[] { folder.Metrics, folder.Speed }.Where(File.Exists))
        {
            string[] kept = [.. File.ReadLines(path).TakeWhile(line => StepOf(line) <= step)];
            AtomicFile.Replace(path, file =>
            {
                using StreamWriter writer = new(file, leaveOpen: true) { NewLine = "\n" };
                foreach (string line in kept)
                {
                    writer.WriteLine(line);
                }
            });
        }
    }

    private static void Append<T>(string path, T line) => File.AppendAllText(path, JsonSerializer.Serialize(line, Json) + "\n");

    // A line that was cut off when the process ended counts as one after the checkpoint.
    private static long StepOf(string line)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("step").GetInt64();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return long.MaxValue;
        }
    }
}
