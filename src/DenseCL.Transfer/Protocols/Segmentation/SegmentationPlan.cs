using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Protocols.Segmentation;

/// <summary>The recipe that a segmentation's options change, and the folder for predictions.</summary>
internal sealed record SegmentationPlan
{
    /// <summary>A shipped recipe, or the path of a file; null for the usual one of the head.</summary>
    [Option(
        "The protocol: a shipped recipe (fcn-r50-cityscapes, fcn-r50-voc, fcn-small, fpn-small) or a YAML file. "
        + "Default: fcn-small, or fpn-small with --head fpn.",
        Placeholder = "NAME|FILE",
        Names = ["fcn-r50-cityscapes", "fcn-r50-voc", "fcn-small", "fpn-small"])]
    public string? Recipe { get; init; }

    /// <summary>Where predictions are written; null for nowhere.</summary>
    [Option(
        "A new folder for predictions: drawn over each image, and as masks.",
        Placeholder = "DIR",
        CommandOnly = true,
        NewFolder = true)]
    public string? Predictions { get; init; }
}
