using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Labelled;

/// <summary>Which labelled images to use.</summary>
public sealed record SegmentationDataOptions
{
    /// <summary>The layout of the folder.</summary>
    [Option("The layout of the folder; auto detects it.", Placeholder = "LAYOUT")]
    public SegmentationLayout Layout { get; init; }

    /// <summary>The split to learn from; null for the layout's own (VOC trainaug or train, otherwise train).</summary>
    [Option("The split to learn from. Default: the data set's own (train; for VOC trainaug if it exists).", Placeholder = "SPLIT")]
    public string? TrainSplit { get; init; }

    /// <summary>
    /// The split to measure on; null for the layout's own (CamVid test; VOC, Cityscapes and COCO val; otherwise test or val).
    /// </summary>
    /// <remarks>Choose settings on val, and look at test once.</remarks>
    [Option(
        "The split to measure on. Default: the data set's own (test of CamVid, val elsewhere). "
        + "Choose settings on val, and look at test once.",
        Placeholder = "SPLIT")]
    public string? TestSplit { get; init; }

    /// <summary>Another folder to measure on, in any layout; null for a split of the same folder.</summary>
    [Option("Another folder to measure on, with the same classes.", Name = "testData", Placeholder = "DIR")]
    public string? TestFolder { get; init; }

    /// <summary>Mask values that do not count, in addition to 255 and the layout's own.</summary>
    [Option(
        "Mask values that do not count, in addition to 255; may be given several times.",
        Low = 0,
        High = 255,
        Placeholder = "0…255",
        CanBeEmpty = true)]
    public IReadOnlyList<byte> Ignore { get; init; } = [];

    /// <summary>Whether a class may be without a single pixel in the training images.</summary>
    [Option("Continue even if a class has no pixel to learn from.")]
    public bool AllowEmptyClasses { get; init; }
}
