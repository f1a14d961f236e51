using static TorchSharp.torch;

namespace DenseCL.Method.Matching;

/// <summary>The positive of each query position.</summary>
/// <param name="Key">j(s), the position in the key view: (N, S²) int64.</param>
/// <param name="Counts">Which query positions have a positive at all: (N, S²) bool; null if every one has.</param>
internal readonly record struct Matches(Tensor Key, Tensor? Counts = null);
