namespace DenseCL.Models.Backbones.ResNets;

/// <summary>
/// How far apart the weights of 3×3 convolutions are in a block whose stride was replaced (Chen et al., DeepLab, the algorithm à trous). At
/// every 2nd, 4th … position the network computes what it computed with its strides, and at the positions between them it does the same.
/// </summary>
/// <param name="Before">Up to and including the convolution that has, or had, the stride.</param>
/// <param name="Behind">After it.</param>
internal readonly record struct Dilation(long Before, long Behind);
