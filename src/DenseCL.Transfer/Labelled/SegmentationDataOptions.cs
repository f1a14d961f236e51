namespace DenseCL.Transfer.Labelled;

/// <summary>Which labelled images to judge by.</summary>
public sealed record SegmentationDataOptions
{
    /// <summary>How it is laid out.</summary>
    public SegmentationLayout Layout { get; init; }

    /// <summary>The split to learn from; null for the layout's own (VOC trainaug or train, train elsewhere).</summary>
    public string? TrainSplit { get; init; }

    /// <summary>The split to measure on; null for the layout's own (CamVid test; VOC, Cityscapes and COCO val; test or val elsewhere).</summary>
    /// <remarks>Choose settings on val, and look at test once.</remarks>
    public string? TestSplit { get; init; }

    /// <summary>Another folder, of any layout, to measure on; null for a split of the same.</summary>
    public string? TestFolder { get; init; }

    /// <summary>Values of masks that do not count, beside 255 and the layout's own.</summary>
    public IReadOnlyList<byte> Ignore { get; init; } = [];

    /// <summary>Whether a class may be without a single pixel in the training images.</summary>
    public bool AllowEmptyClasses { get; init; }
}
