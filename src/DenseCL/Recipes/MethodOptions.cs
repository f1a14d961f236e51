using DenseCL.Recipes.Settings;
namespace DenseCL.Recipes;

/// <summary>The method: the two losses, the queues of negatives and the key encoder (section <c>method</c> of a recipe).</summary>
/// <remarks>Source of the defaults: Wang et al., Dense Contrastive Learning (CVPR 2021, arXiv 2011.09157), section 4.1.</remarks>
public sealed record MethodOptions
{
    /// <summary>The weight λ of the dense loss in L = (1 − λ) L_global + λ L_dense; 0 … 1.</summary>
    /// <remarks>
    /// 0 is MoCo-v2, 0.5 the paper's DenseCL, 1 the dense loss alone. The paper's VOC detection AP: 54.7 at 0, 56.7 at 0.5, 56.8 at 0.7,
    /// 53.5 at 1. A greater value favours dense prediction and costs accuracy in the classification of whole images.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double Lambda
    {
        get;
        init => field = Allowed.Between(
            "method.lambda", value, 0, 1, "Choose 0.5 for DenseCL, 0 for MoCo-v2, or 1 for the dense loss alone.");
    } = 0.5;

    /// <summary>The temperature τ by which all similarities are divided; 0.001 … 10.</summary>
    /// <remarks>
    /// A lower value weighs the hardest negatives more and makes training less stable; a higher one treats all negatives alike.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double Temperature
    {
        get;
        init => field = Allowed.Between("method.temperature", value, 0.001, 10, "Choose 0.2 as in the paper; 0.07 to 0.5 is usual.");
    } = 0.2;

    /// <summary>
    /// The share m of its own weights that the key encoder keeps at each step, k ← m·k + (1 − m)·q; 0 … 1; null (<c>auto</c>): chosen by
    /// the number of images.
    /// </summary>
    /// <remarks>
    /// The key encoder averages about the last 1/(1 − m) steps: 1000 at 0.999. Near 1 the keys in the queue are consistent with each other,
    /// but in a short run the key encoder never leaves its random start. 0 copies the query encoder, and 1 never moves the keys at all. The
    /// value is m, not 1 − m.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [NullWord("auto")]
    public double? KeyMomentum
    {
        get;
        init => field = Allowed.Between(
            "method.keyMomentum", value, 0, 1, "Choose 0.999 for long runs, 0.99 for short ones, or `auto`; it is the share that is kept.");
    } = 0.999;

    /// <summary>
    /// Keys in each of the two queues, a multiple of the batch; 1 … 4194304; null (<c>auto</c>): chosen by the number of images.
    /// </summary>
    /// <remarks>
    /// Each key is a negative for every query. A queue longer than the set of images contains older keys of the query's own image as
    /// negatives; a short one makes the task easy. Memory: queue × embedding × 4 bytes, twice.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [NullWord("auto")]
    public int? Queue
    {
        get;
        init => field = Allowed.Between(
            "method.queue", value, 1, 4194304, "Choose 65536 for 60,000 images or more, fewer for less, or `auto`.");
    } = 65536;

    /// <summary>
    /// The side S of the grid of dense vectors, S² for each image; 1 … 64; null (<c>native</c>): the size of the backbone's map, ⌈data.size
    /// / model.outputStride⌉.
    /// </summary>
    /// <remarks>
    /// Adaptive average pooling brings the maps to S×S, and the features that are matched as well. An S above the backbone's own side is
    /// allowed, but then neighbouring vectors are averages of the same features. 1 makes the dense loss a second global one. The paper's
    /// VOC AP: 54.6 at 1, 56.1 at 5, 56.7 at 7 and 9.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [NullWord("native")]
    public int? GridSize
    {
        get;
        init => field = Allowed.Between("method.gridSize", value, 1, 64, "Choose `native`, or 7 as in the paper.");
    }

    /// <summary>How positions of the two views are paired.</summary>
    /// <remarks>Everything except <see cref="MatchingKind.Backbone"/> is an ablation of the paper.</remarks>
    /// <exception cref="RecipeException">The value has no name.</exception>
    public MatchingKind Matching
    {
        get;
        init => field = Allowed.Defined("method.matching", value);
    }

    /// <summary>What each image adds to the queue of the dense loss.</summary>
    /// <remarks>Everything except <see cref="Negatives.Pooled"/> is an ablation of the paper.</remarks>
    /// <exception cref="RecipeException">The value has no name.</exception>
    public Negatives Negatives
    {
        get;
        init => field = Allowed.Defined("method.negatives", value);
    }

    /// <summary>
    /// Whether dense keys of the query's own image are negatives too: all those at least this many cells from the match, along a row or a
    /// column; 1 … 64; null (<c>none</c>): only the queue.
    /// </summary>
    /// <remarks>
    /// The queues hold keys of other images, so a dense vector that only says which image it is from solves that task. With these negatives
    /// it must say which place in the image it is from. 2 leaves out the direct neighbours, which show nearly the same. On a 3×3 map few
    /// positions are that far apart: choose 1 there, or a finer map by model.outputStride. The paper uses none (<c>none</c>).
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [Later]
    [NullWord("none")]
    public int? ImageNegatives
    {
        get;
        init =>
            field = Allowed.Between(
                "method.imageNegatives",
                value,
                1,
                64,
                "Choose `none` as in the paper, 1 for every other position, or 2 for all but the neighbours.");
    }

    /// <summary>The temperature of the dense loss; 0.001 … 10; null (<c>same</c>): the temperature of the global loss.</summary>
    /// <remarks>It has the same effect as <see cref="Temperature"/>. The paper uses one value for both.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [Later]
    [NullWord("same")]
    public double? DenseTemperature
    {
        get;
        init =>
            field = Allowed.Between("method.denseTemperature", value, 0.001, 10, "Choose `same` as in the paper; 0.07 to 0.5 is usual.");
    }

    /// <summary>Steps at the start of the run during which λ is 0; at least 0.</summary>
    /// <remarks>The paper needs 10,000 for λ = 1, because matching by untrained features is noise. It uses none for smaller λ.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int LambdaWarmupSteps
    {
        get;
        init => field = Allowed.Between(
            "method.lambdaWarmupSteps", value, 0, int.MaxValue, "Choose 0, or about 10000 when method.lambda is 1.");
    }
}
