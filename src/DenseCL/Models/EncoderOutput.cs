using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>What an <see cref="Encoder"/> makes of a batch of N images; S² is the number of positions of the grid, row by row.</summary>
/// <param name="Embedding">(N, D): the global head's vectors, not normalised.</param>
/// <param name="Features">(N, S², C): the backbone's features on the grid; null without a dense head.</param>
/// <param name="Dense">(N, S², D): the dense head's vectors, not normalised; null without a dense head.</param>
public readonly record struct EncoderOutput(Tensor Embedding, Tensor? Features, Tensor? Dense);
