using DenseCL.Models.Backbones;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Segmentation.Network;

/// <summary>The parts that are trained from scratch: the head, and the FCN's auxiliary one on the third stage.</summary>
internal sealed class SegmentationHeads : nn.Module
{
    private readonly SegmentationHead main;
    private readonly FcnHead? auxiliary;

    /// <param name="backbone">The network whose stages they read.</param>
    /// <param name="options">Kind, width and depth, and whether there is an auxiliary head.</param>
    /// <param name="classes">K</param>
    public SegmentationHeads(Backbone backbone, SegmentationOptions options, int classes)
        : base(nameof(SegmentationHeads))
    {
        IReadOnlyList<int> channels = backbone.StageChannels;
        main = options.Head switch
        {
            HeadKind.Fpn => new FpnHead(backbone, options.HeadChannels, classes),
            HeadKind.Linear => new FcnHead(channels[^1], channels[^1], convolutions: 0, classes),
            _ => new FcnHead(channels[^1], options.HeadChannels, options.HeadConvolutions, classes),
        };
        auxiliary = options.HasAuxiliary ? new FcnHead(channels[^2], options.HeadChannels / 2, 1, classes) : null;
        RegisterComponents();
    }

    public SegmentationHead Main => main;

    public FcnHead? Auxiliary => auxiliary;
}
