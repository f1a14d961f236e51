namespace DenseCL.Platform;

/// <summary>
/// What a stream of <see cref="CounterRandom"/> is for. It is the first part of the stream's key, so no two purposes share numbers. The
/// values are part of a run's reproducibility and never change.
/// </summary>
internal enum RandomPurpose : ulong
{
    /// <summary>The order of an epoch; keyed further by (epoch).</summary>
    Shuffle = 1,

    /// <summary>The augmentation of a view; keyed further by (epoch, image, view).</summary>
    View = 2,

    /// <summary>The image that replaces one that cannot be decoded; keyed further by (epoch, position, attempt).</summary>
    Replacement = 3,

    /// <summary>The initial values of a parameter; keyed further by (hash of its name).</summary>
    Initialisation = 4,

    /// <summary>The initial content of the queue of global keys.</summary>
    GlobalQueue = 5,

    /// <summary>The initial content of the queue of dense keys.</summary>
    DenseQueue = 6,

    /// <summary>The order in which key images are dealt to batch-norm groups; keyed further by (step).</summary>
    KeyOrder = 7,

    /// <summary>Random matching; keyed further by (step).</summary>
    Matching = 8,

    /// <summary>The position of each image whose dense vector is enqueued; keyed further by (step).</summary>
    SampledNegatives = 9,

    /// <summary>Which labelled images are used to evaluate a backbone.</summary>
    LabelledImages = 10,

    /// <summary>The positions of an image that a probe learns from; keyed further by (image).</summary>
    ProbePositions = 11,

    /// <summary>Which training images of a class are held out to choose a setting; keyed further by (class).</summary>
    ValidationPart = 12,

    /// <summary>The order of the features in an epoch of a linear classifier; keyed further by (epoch).</summary>
    LinearOrder = 13,

    /// <summary>The few examples of a class that are learned from; keyed further by (sample, positives, class).</summary>
    LowShot = 14,

    /// <summary>The order of the images when training for segmentation; keyed further by (epoch).</summary>
    SegmentationOrder = 15,

    /// <summary>
    /// The crop and the colours of an image when training for segmentation; keyed further by (position in the training).
    /// </summary>
    SegmentationCrop = 16,

    /// <summary>The channels that dropout hides from a pixel classifier; keyed further by (step, head).</summary>
    SegmentationDropout = 17,

    /// <summary>The crops between which positions of a frozen backbone are matched; keyed further by (image, pair, view).</summary>
    MatchViews = 18,

    /// <summary>Which labelled images of a folder without splits are measured on.</summary>
    Folds = 19,
}
