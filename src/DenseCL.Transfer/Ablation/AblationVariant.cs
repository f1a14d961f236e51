using DenseCL.Recipes;

namespace DenseCL.Transfer.Ablation;

/// <summary>One of the recipes that an ablation compares.</summary>
/// <param name="Name">As in the file and in the tables; with the seed, the name of the run's folder.</param>
/// <param name="Recipe">All settings but the seed.</param>
public sealed record AblationVariant(string Name, Recipe Recipe);
