using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Labelled;

/// <summary>Which labelled images to judge by.</summary>
public sealed record SegmentationDataOptions
{
    /// <summary>How it is laid out.</summary>
    [Option("How the folder is laid out; auto: it is found out.", Placeholder = "LAYOUT")]
    public SegmentationLayout Layout { get; init; }

    /// <summary>The split to learn from; null for the layout's own (VOC trainaug or train, train elsewhere).</summary>
    [Option("The split to learn from. Default: the data set's own (train; trainaug of VOC where it is there).", Placeholder = "SPLIT")]
    public string? TrainSplit { get; init; }

    /// <summary>
    /// The split to measure on; null for the layout's own (CamVid test; VOC, Cityscapes and COCO val; test or val elsewhere).
    /// </summary>
    /// <remarks>Choose settings on val, and look at test once.</remarks>
    [Option(
        "The split to measure on. Default: the data set's own (test of CamVid, val elsewhere). Choose settings on val, and look at test once.",
        Placeholder = "SPLIT")]
    public string? TestSplit { get; init; }

    /// <summary>Another folder, of any layout, to measure on; null for a split of the same.</summary>
    [Option("Another folder to measure on, with the same classes.", Name = "testData", Placeholder = "DIR")]
    public string? TestFolder { get; init; }

    /// <summary>Values of masks that do not count, beside 255 and the layout's own.</summary>
    [Option(
        "Values of the masks that do not count, beside 255; may be given several times.",
        Low = 0,
        High = 255,
        Placeholder = "0…255",
        CanBeEmpty = true)]
    public IReadOnlyList<byte> Ignore { get; init; } = [];

    /// <summary>Whether a class may be without a single pixel in the training images.</summary>
    [Option("Go on if a class has no pixel to learn from.")]
    public bool AllowEmptyClasses { get; init; }
}
