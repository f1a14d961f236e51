namespace DenseCL.Recipes.Settings;

/// <summary>A number for each colour channel; written <c>[red, green, blue]</c> in a recipe.</summary>
/// <param name="Red">Of the red channel, for pixel values scaled to 0 … 1.</param>
/// <param name="Green">Of the green channel.</param>
/// <param name="Blue">Of the blue channel.</param>
public readonly record struct PerChannel(double Red, double Green, double Blue);
