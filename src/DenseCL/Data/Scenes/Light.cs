using DenseCL.Platform;
namespace DenseCL.Data.Scenes;

/// <summary>The light of a scene: one direction, a fall-off along it, a colour, and how deep and soft shadows are.</summary>
/// <param name="X">Direction towards the light, to the right.</param>
/// <param name="Y">Direction towards the light, downwards; (X, Y) has length 1.</param>
/// <param name="Colour">Brightness and colour temperature.</param>
/// <param name="Gradient">Change of brightness over one shorter side towards the light.</param>
/// <param name="ShadowDepth">Share of the light that a full shadow takes away.</param>
/// <param name="ShadowReach">How far a shadow falls, as a share of the shorter side.</param>
/// <param name="ShadowSoftness">Width of a shadow's edge, as a share of the shorter side.</param>
/// <param name="Relief">How strongly the rims of objects are shaded by their angle to the light.</param>
internal sealed record Light(
    double X, double Y, Rgb Colour, double Gradient, double ShadowDepth, double ShadowReach, double ShadowSoftness, double Relief)
{
    public static Light Draw(ref CounterRandom random)
    {
        (double x, double y) = Direction(ref random);
        double brightness = random.NextDouble(0.8, 1.2), warmth = random.NextDouble(-0.16, 0.16);
        return new(
            x,
            y,
            new Rgb(brightness * (1 + warmth), brightness, brightness * (1 - warmth)),
            random.NextDouble(0.05, 0.5),
            random.NextDouble(0.3, 0.65),
            random.NextDouble(0.012, 0.04),
            random.NextDouble(0.015, 0.04),
            random.NextDouble(0.2, 0.5));
    }

    /// <summary>A uniform direction without sine or cosine, because their last bit differs between machines.</summary>
    public static (double X, double Y) Direction(ref CounterRandom random)
    {
        while (true)
        {
            double x = random.NextDouble(-1, 1), y = random.NextDouble(-1, 1);
            double square = (x * x) + (y * y);
            if (square is > 0.01 and <= 1)
            {
                double length = Math.Sqrt(square);
                return (x / length, y / length);
            }
        }
    }
}
