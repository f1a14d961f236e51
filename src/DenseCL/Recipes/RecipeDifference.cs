namespace DenseCL.Recipes;

/// <summary>A setting in which two recipes differ.</summary>
/// <param name="Key">The dotted key, such as <c>optim.epochs</c>.</param>
/// <param name="First">Its value in the first recipe, as a recipe file writes it.</param>
/// <param name="Second">Its value in the second.</param>
public sealed record RecipeDifference(string Key, string First, string Second);
