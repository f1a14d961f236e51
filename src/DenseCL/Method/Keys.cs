using static TorchSharp.torch;

namespace DenseCL.Method;

/// <summary>The key encoder's output for a batch; everything of length D is a unit vector. None of it carries a gradient.</summary>
/// <param name="Global">k₊: (N, D)</param>
/// <param name="Features">F_k: (N, S², C), for matching; null for MoCo-v2, as are the next two.</param>
/// <param name="Dense">t: (N, S², D)</param>
/// <param name="Negatives">t₋: (N, D), what each image adds to the dense queue.</param>
internal sealed record Keys(Tensor Global, Tensor? Features, Tensor? Dense, Tensor? Negatives);
