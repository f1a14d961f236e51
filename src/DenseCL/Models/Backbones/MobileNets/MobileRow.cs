namespace DenseCL.Models.Backbones.MobileNets;

/// <summary>A row of the table of a MobileNetV3: an inverted residual block.</summary>
/// <param name="Size">Side of the depthwise convolution, 3 or 5.</param>
/// <param name="Expanded">Channels of the depthwise convolution.</param>
/// <param name="Channels">Output channels.</param>
/// <param name="Squeeze">Whether there is squeeze and excitation.</param>
/// <param name="Nonlinearity">What follows the first two batch norms.</param>
/// <param name="Stride">Of the depthwise convolution, 1 or 2.</param>
internal readonly record struct MobileRow(long Size, long Expanded, long Channels, bool Squeeze, Nonlinearity Nonlinearity, long Stride);
