using DenseCL.Compute;
using static TorchSharp.torch;

namespace DenseCL.Models.Backbones;

/// <summary>A block of a residual network: what it computes is added to a shortcut.</summary>
internal abstract class ResidualBlock(string name) : nn.Module(name)
{
    /// <param name="input">(N, C, H, W)</param>
    /// <param name="tape">Notes the backward pass, or null.</param>
    public abstract Activation forward(Activation input, Tape? tape);
}
