using DenseCL.Recipes;

namespace DenseCL.Transfer.Ablation;

/// <summary>A variant with a seed: one run and its evaluations.</summary>
/// <param name="Variant">The variant's name, or <see cref="AblationPlan.UntrainedName"/>.</param>
/// <param name="Recipe">Every setting, fitted to the images, with the seed.</param>
/// <param name="RecipeHash">Hash of those settings that have a part in what is measured.</param>
/// <param name="Images">Images that can be trained on.</param>
/// <param name="Steps">Steps of the training in all; 0 for untrained weights.</param>
/// <param name="StepsDone">Steps of it in the run folder's last checkpoint; 0 if nothing is pending, for then it is not looked at.</param>
/// <param name="WhyDisplaced">Why what is in the run folder cannot be gone on with; null if it can, or there is nothing.</param>
/// <param name="Known">Results that need not be computed again.</param>
/// <param name="Pending">Evaluations without a result.</param>
public sealed record AblationJob(
    string Variant,
    Recipe Recipe,
    string RecipeHash,
    int Images,
    long Steps,
    long StepsDone,
    string? WhyDisplaced,
    IReadOnlyList<AblationResult> Known,
    IReadOnlyList<PlannedEvaluation> Pending)
{
    /// <summary>The seed.</summary>
    public ulong Seed => Recipe.Run.Seed;

    /// <summary>Whether nothing is trained: the random start is measured.</summary>
    public bool IsUntrained => Steps == 0;
}
