using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>The output of an <see cref="Encoder"/> for a batch of N images; S² is the number of grid positions, row by row.</summary>
/// <param name="Embedding">(N, D): the global head's vectors, not normalised.</param>
/// <param name="Features">(N, S², C): the backbone's features on the grid; null without dense vectors.</param>
/// <param name="Dense">(N, S², D): the dense vectors, not normalised; without a dense head the features, (N, S², C).</param>
public readonly record struct EncoderOutput(Tensor Embedding, Tensor? Features, Tensor? Dense);
