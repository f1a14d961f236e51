namespace DenseCL.Platform;

/// <summary>
/// What a stream of <see cref="CounterRandom"/> is for: the first part of its key, so that no two purposes share numbers. Values are part
/// of a run's reproducibility and never change.
/// </summary>
internal enum RandomPurpose : ulong
{
    /// <summary>The order of an epoch; keyed further by (epoch).</summary>
    Shuffle = 1,

    /// <summary>The augmentation of a view; keyed further by (epoch, image, view).</summary>
    View = 2,

    /// <summary>The image that stands in for one that cannot be decoded; keyed further by (epoch, position, attempt).</summary>
    Replacement = 3,

    /// <summary>The start values of a parameter; keyed further by (hash of its name).</summary>
    Initialisation = 4,

    /// <summary>The start of the queue of global keys.</summary>
    GlobalQueue = 5,

    /// <summary>The start of the queue of dense keys.</summary>
    DenseQueue = 6,

    /// <summary>The order in which key images are dealt to batch-norm groups; keyed further by (step).</summary>
    KeyOrder = 7,

    /// <summary>Random matching; keyed further by (step).</summary>
    Matching = 8,

    /// <summary>The position whose dense vector an image leaves in the queue; keyed further by (step).</summary>
    SampledNegatives = 9,

    /// <summary>Which labelled images a backbone is judged by.</summary>
    LabelledImages = 10,

    /// <summary>The positions of an image that a probe learns from; keyed further by (image).</summary>
    ProbePositions = 11,

    /// <summary>Which training images of a class are held out to choose a setting by; keyed further by (class).</summary>
    ValidationPart = 12,

    /// <summary>The order of the features in an epoch of a linear classifier; keyed further by (epoch).</summary>
    LinearOrder = 13,

    /// <summary>The few examples of a class; keyed further by (sample, positives, class).</summary>
    LowShot = 14,

    /// <summary>The order in which images are learned to be segmented; keyed further by (epoch).</summary>
    SegmentationOrder = 15,

    /// <summary>
    /// The crop of an image that is learned to be segmented, and its colours; keyed further by (position in the training).
    /// </summary>
    SegmentationCrop = 16,

    /// <summary>The channels that a classifier of pixels does not see; keyed further by (step, head).</summary>
    SegmentationDropout = 17,

    /// <summary>The crops by which positions of a frozen backbone are matched; keyed further by (image, pair, view).</summary>
    MatchViews = 18,
}
