namespace DenseCL.Data;

/// <summary>What a stream of <see cref="CounterRandom"/> is for: the first part of its key, so that no two purposes share numbers. Values are part of a run's reproducibility and never change.</summary>
internal enum RandomPurpose : ulong
{
    /// <summary>The order of an epoch; keyed further by (epoch).</summary>
    Shuffle = 1,

    /// <summary>The augmentation of a view; keyed further by (epoch, image, view).</summary>
    View = 2,

    /// <summary>The image that stands in for one that cannot be decoded; keyed further by (epoch, position, attempt).</summary>
    Replacement = 3,
}
