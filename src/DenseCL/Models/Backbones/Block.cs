using DenseCL.Compute;
using static TorchSharp.torch;

namespace DenseCL.Models.Backbones;

/// <summary>A part of a backbone that computes one map from another.</summary>
internal abstract class Block(string name) : nn.Module(name)
{
    /// <param name="input">(N, C, H, W)</param>
    /// <param name="tape">Records the backward pass, or null.</param>
    public abstract Activation forward(Activation input, Tape? tape);

    /// <summary>Adds the operators of <see cref="forward"/> to a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="name">The name of the block in the network; its tensors' names begin with it.</param>
    /// <param name="input">The value that the block reads.</param>
    /// <returns>The resulting value, the output of the operator that was added last.</returns>
    public abstract string Describe(NetworkGraph graph, string name, string input);
}
