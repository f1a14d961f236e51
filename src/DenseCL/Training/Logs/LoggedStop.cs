namespace DenseCL.Training.Logs;

/// <summary>The last line of metrics.jsonl of a run that could not go on.</summary>
/// <param name="Step">The step that failed, from 1.</param>
/// <param name="Epoch">The epoch of the step, from 1.</param>
/// <param name="LossNotFinite">1: the loss of this step is not a finite number.</param>
internal sealed record LoggedStop(long Step, long Epoch, int LossNotFinite);
