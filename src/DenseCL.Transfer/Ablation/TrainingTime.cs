using System.Text.Json;

namespace DenseCL.Transfer.Ablation;

/// <summary>How long a run trained, over all its sessions.</summary>
internal static class TrainingTime
{
    /// <summary>
    /// Seconds from speed.jsonl: the time per step, times the steps since the previous line. Steps that were lost and repeated count once.
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
