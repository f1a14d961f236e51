using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Protocols.Segmentation;

/// <summary>The recipe that a segmentation's options change, and the folder for predictions.</summary>
internal sealed record SegmentationPlan
{
    /// <summary>A shipped recipe, or the path of a file.</summary>
    [Option(
        "The protocol: a shipped recipe (fcn-r50-cityscapes, fcn-r50-voc, fcn-small) or a YAML file.",
        Placeholder = "NAME|FILE",
        Names = ["fcn-r50-cityscapes", "fcn-r50-voc", "fcn-small"])]
    public string Recipe { get; init; } = "fcn-small";

    /// <summary>Where predictions are written; null for nowhere.</summary>
    [Option(
        "A new folder for predictions: drawn over each image, and as masks.",
        Placeholder = "DIR",
        CommandOnly = true,
        NewFolder = true)]
    public string? Predictions { get; init; }
}
