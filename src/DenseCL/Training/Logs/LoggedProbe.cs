namespace DenseCL.Training.Logs;

/// <summary>A line of metrics.jsonl: the result of evaluating the backbone after an epoch.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Epoch">The epoch that ended, from 1.</param>
/// <param name="Probe">Figures by name, shares as 0 … 1.</param>
internal sealed record LoggedProbe(long Step, long Epoch, IReadOnlyDictionary<string, double> Probe);
