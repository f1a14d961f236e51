namespace DenseCL.Transfer.FineTuning;

/// <summary>A line of metrics.jsonl: a measurement on the validation images.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Epoch">Which time the images are used, from 1.</param>
/// <param name="Val">Figures by name: <c>meanIoU</c>, <c>pixelAccuracy</c>, <c>meanAccuracy</c>.</param>
internal sealed record LoggedValidation(long Step, long Epoch, IReadOnlyDictionary<string, double?> Val);
