namespace DenseCL.Recipes;

/// <summary>What each image adds to the queue of the dense loss, one entry per image.</summary>
public enum Negatives
{
    /// <summary>The mean of its dense key vectors, normalised: the paper's choice.</summary>
    Pooled,

    /// <summary>One of its dense key vectors, chosen at random: an ablation of the paper.</summary>
    Sampled,
}
