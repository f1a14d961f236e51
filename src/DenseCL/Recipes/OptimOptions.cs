using DenseCL.Recipes.Settings;
namespace DenseCL.Recipes;

/// <summary>The optimisation: stochastic gradient descent (section <c>optim</c> of a recipe).</summary>
/// <remarks>Source of the defaults: the paper's ImageNet run, 8 devices with 32 images each.</remarks>
public sealed record OptimOptions
{
    /// <summary>
    /// Passes over all images; 1 … 100000; null (<c>auto</c>): chosen by the number of images, see <see cref="Recipe.Resolve"/>.
    /// </summary>
    /// <remarks>
    /// The schedule is spread over them, so it cannot change when a run is resumed. Small sets need more epochs: 800 on COCO's 118,000
    /// images, 200 on ImageNet's 1.28 million.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [NullWord("auto")]
    public int? Epochs
    {
        get;
        init => field = Allowed.Between(
            "optim.epochs", value, 1, 100_000, "Choose 200 for a million images, 800 for a hundred thousand, or `auto`.");
    } = 200;

    /// <summary>Images in an optimiser step; 2 … 65536.</summary>
    /// <remarks>
    /// The learning rate goes with it: if you halve one, halve both. The images that do not fill a last batch are left out of that epoch.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int Batch
    {
        get;
        init => field = Allowed.Between("optim.batch", value, 2, 65536, "Choose 256 as in the paper, or 32 to 128 on one small machine.");
    } = 256;

    /// <summary>The highest learning rate, for a whole batch; above 0, at most 10.</summary>
    /// <remarks>
    /// The paper: 0.03 on ImageNet, 0.3 on COCO, at 256 images per batch. If the loss stays at ln(queue + 1), the training has collapsed:
    /// lower the rate.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double LearningRate
    {
        get;
        init => field = Allowed.Between("optim.learningRate", value, 0, 10, "Choose 0.03 to 0.3 for a batch of 256.", aboveLow: true);
    } = 0.03;

    /// <summary>How the learning rate falls.</summary>
    /// <remarks>
    /// Like the paper's, <see cref="Schedule.Cosine"/> changes once per epoch; with few epochs <see cref="Schedule.CosineStep"/> is
    /// smoother.
    /// </remarks>
    /// <exception cref="RecipeException">The value has no name.</exception>
    public Schedule Schedule
    {
        get;
        init => field = Allowed.Defined("optim.schedule", value);
    }

    /// <summary>The momentum of gradient descent; at least 0, below 1.</summary>
    /// <remarks>
    /// This is not the key encoder's momentum, which is method.keyMomentum. 0 is plain gradient descent. In the long run a gradient moves
    /// the weights by 1 / (1 − momentum) times the learning rate.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double Momentum
    {
        get;
        init => field = Allowed.Between(
            "optim.momentum", value, 0, 1, "Choose 0.9; the key encoder's momentum is method.keyMomentum.", belowHigh: true);
    } = 0.9;

    /// <summary>The share of each weight that is added to its gradient; 0 … 1.</summary>
    /// <remarks>0 turns it off; more keeps the weights smaller.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double WeightDecay
    {
        get;
        init => field = Allowed.Between("optim.weightDecay", value, 0, 1, "Choose 0.0001 as in the paper.");
    } = 1e-4;

    /// <summary>
    /// Images that share batch-norm statistics; at least 2; must divide batch / accumulation; null (<c>whole</c>): all images that are
    /// computed at once.
    /// </summary>
    /// <remarks>
    /// Query images are grouped in their order, key images in an order permuted over the batch. A query and its key then do not share
    /// statistics, and the network cannot use them to find the pair. One group for the whole batch gives up that protection; very small
    /// groups make the statistics noisy.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [NullWord("whole")]
    public int? BatchNormGroup
    {
        get;
        init => field = Allowed.Between(
            "optim.batchNormGroup", value, 2, 65536, "Choose 32 as in the paper, a divisor of the batch, or `whole`.");
    } = 32;

    /// <summary>Pieces into which a batch is divided, computed one after the other; 1 … 65536; must divide the batch.</summary>
    /// <remarks>More pieces need less memory. Batch, learning rate and the number of steps stay the same.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int Accumulation
    {
        get;
        init => field = Allowed.Between("optim.accumulation", value, 1, 65536, "Choose 1, or 2, 4, 8 … when memory does not suffice.");
    } = 1;

    /// <summary>Steps over which the learning rate rises linearly from 0; at least 0.</summary>
    /// <remarks>The paper uses none. They are the first steps of the run, which does not become longer.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int WarmupSteps
    {
        get;
        init => field = Allowed.Between("optim.warmupSteps", value, 0, int.MaxValue, "Choose 0 as in the paper.");
    }
}
