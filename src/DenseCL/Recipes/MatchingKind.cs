namespace DenseCL.Recipes;

/// <summary>How a position of the query view finds its positive among the positions of the key view.</summary>
public enum MatchingKind
{
    /// <summary>The position of greatest cosine similarity between the backbones' features: the paper's choice.</summary>
    Backbone,

    /// <summary>The position of greatest cosine similarity between the dense heads' features: an ablation of the paper.</summary>
    Dense,

    /// <summary>A random position: an ablation of the paper, to see what matching is worth.</summary>
    Random,

    /// <summary>
    /// The position nearest in the image, from the known crops: the authors report almost the same as <see cref="Backbone"/>.
    /// </summary>
    Geometric,

    /// <summary>
    /// As <see cref="Geometric"/>, but a position that lies outside the other view has no positive and no part in the loss.
    /// </summary>
    Overlap,

    /// <summary>
    /// As <see cref="Backbone"/>, but only among the positions at most one cell from the true place; a position outside the other view
    /// has no part in the loss.
    /// </summary>
    Nearby,

    /// <summary>
    /// As <see cref="Backbone"/>, after the mean feature of each position, over the images of a batch-norm group, was subtracted: what
    /// features say of the position itself no longer counts.
    /// </summary>
    Centred,
}
