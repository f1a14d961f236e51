namespace DenseCL.Recipes;

/// <summary>How the images of an epoch are shuffled.</summary>
public enum Shuffle
{
    /// <summary>Any image may follow any other.</summary>
    Full,

    /// <summary>
    /// Runs of neighbouring images are shuffled, and then the images within each 64 runs. Packed images can then be read some megabytes at
    /// a time.
    /// </summary>
    Shards,
}
