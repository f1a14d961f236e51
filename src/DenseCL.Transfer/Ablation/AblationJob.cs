using DenseCL.Recipes;

namespace DenseCL.Transfer.Ablation;

/// <summary>A variant with a seed: one run and its evaluations.</summary>
/// <param name="Variant">The variant's name, or <see cref="AblationPlan.UntrainedName"/>.</param>
/// <param name="Recipe">Every setting, fitted to the images, with the seed.</param>
/// <param name="RecipeHash">Hash of the settings that affect what is measured.</param>
/// <param name="Images">Images that can be trained on.</param>
/// <param name="Steps">All steps of the training; 0 for untrained weights.</param>
/// <param name="StepsDone">Its steps in the run folder's last checkpoint; 0 if nothing is pending, because the folder is then not
/// read.</param>
/// <param name="WhyDisplaced">Why the content of the run folder cannot be continued; null if it can, or if there is none.</param>
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

    /// <summary>Whether nothing is trained and the random weights are evaluated.</summary>
    public bool IsUntrained => Steps == 0;
}
