namespace DenseCL.Recipes.Settings;

/// <summary>A number for each colour channel; written <c>[red, green, blue]</c> in a recipe.</summary>
/// <param name="Red">For the red channel, of pixel values scaled to 0 … 1.</param>
/// <param name="Green">For the green channel.</param>
/// <param name="Blue">For the blue channel.</param>
public readonly record struct PerChannel(double Red, double Green, double Blue);
