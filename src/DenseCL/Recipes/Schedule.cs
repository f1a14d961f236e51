namespace DenseCL.Recipes;

/// <summary>How the learning rate falls from its full value until the end of the run.</summary>
public enum Schedule
{
    /// <summary>Half a cosine down to 0, constant within an epoch: as in the paper.</summary>
    Cosine,

    /// <summary>Half a cosine down to 0, lowered at each step: smoother for runs of few epochs.</summary>
    CosineStep,

    /// <summary>The full learning rate until the end.</summary>
    Constant,
}
