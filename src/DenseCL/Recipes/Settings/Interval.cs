namespace DenseCL.Recipes.Settings;

/// <summary>The two ends of a range from which a number is drawn; written <c>[low, high]</c> in a recipe.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end, not below <paramref name="Low"/>; equal ends make the number a constant.</param>
public readonly record struct Interval(double Low, double High);
