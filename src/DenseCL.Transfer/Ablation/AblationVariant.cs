using DenseCL.Recipes;
using DenseCL.Recipes.Settings;

namespace DenseCL.Transfer.Ablation;

/// <summary>One of the recipes that an ablation compares.</summary>
/// <param name="Name">As in the file and in the tables; with the seed, the name of the run's folder.</param>
/// <param name="Recipe">All settings except the seed.</param>
public sealed record AblationVariant(string Name, Recipe Recipe)
{
    /// <summary>
    /// A recipe in which every setting that does not affect results, such as the number of threads, has its default. Recipes that are then
    /// equal give the same figures.
    /// </summary>
    /// <remarks>
    /// A run may be resumed with another precision too, but precision is kept here: comparing fp32 and bf16 may be the purpose.
    /// </remarks>
    internal static Recipe WhatIsLearned(Recipe recipe) => Setting.All
        .Where(setting => Recipe.IsFreeOnResume(setting.Key) && setting.Key != "run.precision")
        .Aggregate(recipe, (result, setting) => setting.Taken(result, new Recipe()));
}
