using DenseCL.Training;

namespace DenseCL.Reports.Runs;

/// <summary>
/// The curves of a run, from its two logs: <c>loss/total</c>, <c>loss/global</c> and <c>loss/dense</c>; <c>health/…</c> and <c>probe/…</c>
/// with the names of metrics.jsonl; <c>metrics/…</c> for its other numbers; <c>speed/…</c> for those of speed.jsonl.
/// </summary>
public sealed class Curves
{
    private readonly (LogLines Lines, string Group)[] logs;
    private readonly Dictionary<string, Curve> curves = new(StringComparer.Ordinal);

    /// <summary>No curves yet.</summary>
    /// <param name="run">The run folder, whose logs need not exist yet.</param>
    internal Curves(RunFolder run) => logs = [(new LogLines(run.Metrics), "metrics"), (new LogLines(run.Speed), "speed")];

    /// <summary>All curves, in the order in which the run logs them.</summary>
    public IEnumerable<Curve> All => curves.Values;

    /// <summary>The last step of any curve; 0 if there is none.</summary>
    public long LastStep => curves.Values.Select(curve => curve.Steps is [.., var step] ? step : 0).DefaultIfEmpty().Max();

    /// <summary>A curve by its name; an empty one if the run does not log it.</summary>
    /// <param name="name">Group and name.</param>
    public Curve this[string name] => curves.GetValueOrDefault(name) ?? new Curve(name);

    /// <summary>Adds what the run has logged since the last call.</summary>
    /// <returns>Whether there was something.</returns>
    public bool Update()
    {
        bool any = false;
        foreach ((LogLines lines, string group) in logs)
        {
            foreach ((long step, IReadOnlyList<KeyValuePair<string, double>> numbers) in lines.Next())
            {
                any = true;
                foreach ((string name, double value) in numbers.Where(number => number.Key != "epoch" || group == "metrics"))
                {
                    string full = NameOf(group, name);
                    if (!curves.TryGetValue(full, out Curve? curve))
                    {
                        curves.Add(full, curve = new Curve(full));
                    }

                    curve.Add(step, value);
                }
            }
        }

        return any;
    }

    /// <summary>The name of a curve: losses, probe figures, health and speed are groups.</summary>
    /// <param name="group">metrics or speed.</param>
    /// <param name="name">The number's name in the log, with those of the objects around it.</param>
    internal static string NameOf(string group, string name) => name switch
    {
        "loss" => "loss/total",
        "lossGlobal" => "loss/global",
        "lossDense" => "loss/dense",
        _ when name.Contains('/', StringComparison.Ordinal) => name,       // health/…, probe/…
        _ => $"{group}/{name}",
    };
}
