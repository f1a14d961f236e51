using System.Text.Json;

namespace DenseCL.Transfer.Ablation;

/// <summary>How long a run trained, in all its sessions.</summary>
internal static class TrainingTime
{
    /// <summary>
    /// Seconds by speed.jsonl: the time of a step, for the steps since the line before. Steps that were lost and done again count once.
    /// </summary>
    public static double Of(string speed)
    {
        double seconds = 0;
        long last = 0;
        foreach (string line in File.ReadLines(speed))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            long step = json.RootElement.GetProperty("step").GetInt64();
            seconds += (step - last) * json.RootElement.GetProperty("secondsPerStep").GetDouble();
            last = step;
        }

        return seconds;
    }
}
