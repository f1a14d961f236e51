using DenseCL.Models;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Protocols.Segmentation.Network;

/// <summary>The parts that are trained from scratch: the head on the last stage, and the auxiliary one on the third.</summary>
internal sealed class FcnHeads : nn.Module
{
    private readonly FcnHead main;
    private readonly FcnHead? auxiliary;

    /// <param name="stageChannels">Channels of the backbone's four stages.</param>
    /// <param name="options">Width and depth, and whether there is an auxiliary head.</param>
    /// <param name="classes">K</param>
    /// <param name="seed">The seed of the initial weights.</param>
    public FcnHeads(IReadOnlyList<int> stageChannels, SegmentationOptions options, int classes, ulong seed)
        : base(nameof(FcnHeads))
    {
        main = new FcnHead(stageChannels[^1], options.HeadChannels, options.HeadConvolutions, classes);
        auxiliary = options.AuxiliaryWeight > 0 ? new FcnHead(stageChannels[^2], options.HeadChannels / 2, 1, classes) : null;
        RegisterComponents();
        this.Initialise(seed);
    }

    public FcnHead Main => main;

    public FcnHead? Auxiliary => auxiliary;
}
