namespace DenseCL.Models.Backbones.ResNets;

/// <summary>
/// How far apart the weights of 3×3 convolutions are in a block whose stride was given up (Chen et al., DeepLab, the algorithm à trous): at
/// every 2nd, 4th … position the network then computes what it computed with its strides, and at the positions between them likewise.
/// </summary>
/// <param name="Before">Up to and with the convolution that has, or had, the stride.</param>
/// <param name="Behind">After it.</param>
internal readonly record struct Dilation(long Before, long Behind);
