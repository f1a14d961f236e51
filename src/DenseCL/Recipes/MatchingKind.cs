namespace DenseCL.Recipes;

/// <summary>How a position of the query view finds its positive among the positions of the key view.</summary>
public enum MatchingKind
{
    /// <summary>The position with the greatest cosine similarity of the backbones' features: the paper's choice.</summary>
    Backbone,

    /// <summary>The position with the greatest cosine similarity of the dense heads' vectors: an ablation of the paper.</summary>
    Dense,

    /// <summary>A random position: an ablation of the paper that shows what matching is worth.</summary>
    Random,

    /// <summary>
    /// The position that is nearest in the image, computed from the known crops. The authors report almost the same results as with <see
    /// cref="Backbone"/>.
    /// </summary>
    Geometric,

    /// <summary>
    /// Like <see cref="Geometric"/>, but a position that lies outside the other view has no positive and is left out of the loss.
    /// </summary>
    Overlap,

    /// <summary>
    /// Like <see cref="Backbone"/>, but only among the positions at most one cell from the true place. A position outside the other view is
    /// left out of the loss.
    /// </summary>
    Nearby,

    /// <summary>
    /// Like <see cref="Backbone"/>, but the mean feature of each position over the images of a batch-norm group is subtracted first. What
    /// features say about the position itself then no longer counts.
    /// </summary>
    Centred,
}
