using DenseCL.Platform;
namespace DenseCL.Data.Scenes;

/// <summary>
/// One object as placed: its position, its rotation and its paint. Lengths are shares of the shorter side.
/// </summary>
internal sealed class PlacedObject
{
    /// <summary>Beyond this many radii from the outline neither an object nor its shadow has any effect.</summary>
    public const double Far = 4;

    private readonly double cos;
    private readonly double sin;
    private readonly double inverseRadius;
    private readonly double inverseAspect;
    private readonly double textureCos;
    private readonly double textureSin;
    private readonly double frequency;
    private readonly double phase;
    private readonly uint seed;
    private readonly Rgb first;
    private readonly Rgb second;

    public PlacedObject(ref CounterRandom random, double x, double y, double diameter)
    {
        (X, Y, Radius) = (x, y, diameter / 2);
        Class = 1 + random.NextInt(SceneClasses.Count);
        (cos, sin) = Light.Direction(ref random);
        inverseRadius = 1 / Radius;
        inverseAspect = 1 / random.NextDouble(0.78, 1);
        (textureCos, textureSin) = Light.Direction(ref random);

        // A compromise between a fixed texture under a frame of any size, and one that scales with its object.
        frequency = 1 / (random.NextDouble(0.035, 0.05) + (random.NextDouble(0.04, 0.09) * diameter));
        phase = random.NextDouble(0, 64);
        seed = (uint)random.NextBits();

        // Depth: a smaller object tends to lie in front; otherwise it would be hidden.
        Depth = diameter * random.NextDouble(0.6, 1.4);
        first = Rgb.Draw(ref random, 0.1, 0.9, 0.25, 1);
        second = Rgb.Draw(ref random, 0.1, 0.9, 0.25, 1);
        double contrast = second.Luma - first.Luma;
        if (Math.Abs(contrast) < 0.3)
        {
            // Too faint a texture could not be seen: push the two colours apart, whichever is the lighter.
            (first, second) = contrast < 0 ? (Lighter(first), second * 0.5) : (first * 0.5, Lighter(second));
        }

        static Rgb Lighter(Rgb colour) => Rgb.Mix(colour, new Rgb(1, 1, 1), 0.4);
    }

    public int Class { get; }

    public double X { get; }

    public double Y { get; }

    public double Radius { get; }

    /// <summary>Objects are painted in order of falling depth.</summary>
    public double Depth { get; }

    /// <summary>The signed distance of a point to the outline, negative inside.</summary>
    public double Distance(double x, double y)
    {
        (double px, double py) = Local(x, y);
        return (px * px) + (py * py) > Far * Far ? Far : Radius * Shape.Distance(Class, px, py);
    }

    /// <summary>The lit colour at a point inside, whose distance to the outline is known.</summary>
    public Rgb At(double x, double y, double distance, Light light)
    {
        double dx = x - X, dy = y - Y;
        double u = (((textureCos * dx) + (textureSin * dy)) * frequency) + phase;
        double v = (((textureCos * dy) - (textureSin * dx)) * frequency) + phase;
        Rgb colour = Rgb.Mix(first, second, Texture.At(Class, u, v, seed));

        // Like a pillow: the whole surface leans a little with the light, and the rim, where the surface falls away, leans much.
        double shade = 1 + (0.18 * inverseRadius * ((dx * light.X) + (dy * light.Y)));
        double rim = 1 + (distance / (0.035 + (0.1 * Radius)));
        if (rim > 0)
        {
            const double step = 0.004;
            double slope = (Distance(x + (step * light.X), y + (step * light.Y)) - distance) / step;
            shade += light.Relief * rim * rim * Math.Clamp(slope, -1, 1);
        }

        return colour * shade;
    }

    private (double X, double Y) Local(double x, double y)
    {
        double dx = (x - X) * inverseRadius, dy = (y - Y) * inverseRadius;
        return ((cos * dx) + (sin * dy), ((cos * dy) - (sin * dx)) * inverseAspect);
    }
}
