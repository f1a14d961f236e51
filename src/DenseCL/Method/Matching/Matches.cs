using static TorchSharp.torch;

namespace DenseCL.Method.Matching;

/// <summary>The positive of each query position.</summary>
/// <param name="KeyPosition">j(s), the position in the key view: (N, S²) int64.</param>
/// <param name="Counts">Which query positions have a positive: (N, S²) bool; null if all have one.</param>
internal readonly record struct Matches(Tensor KeyPosition, Tensor? Counts = null);
