namespace DenseCL.Recipes;

/// <summary>In which random order the images of an epoch come.</summary>
public enum Shuffle
{
    /// <summary>Any image may follow any other.</summary>
    Full,

    /// <summary>
    /// Runs of neighbouring images are shuffled, and the images of 64 runs among themselves: packed images are then read some megabytes at
    /// a time.
    /// </summary>
    Shards,
}
