using DenseCL.Data.Sources;

namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>What was predicted.</summary>
/// <param name="Images">The predicted images.</param>
/// <param name="Skipped">The images that could not be used.</param>
/// <param name="Time">How long it took.</param>
/// <param name="Stopped">Whether it was stopped before the last image.</param>
public sealed record PredictionSummary(IReadOnlyList<PredictedImage> Images, SkippedImages Skipped, TimeSpan Time, bool Stopped);
