using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>What an <see cref="Encoder"/> makes of a batch of N images; S² is the number of positions of the grid, row by row.</summary>
/// <param name="Embedding">(N, D): the global head's vectors, not normalised.</param>
/// <param name="Features">(N, S², C): the backbone's features on the grid; null without dense vectors.</param>
/// <param name="Dense">(N, S², D): the dense vectors, not normalised; (N, S², C), the features, where there is no head for them.</param>
public readonly record struct EncoderOutput(Tensor Embedding, Tensor? Features, Tensor? Dense);
