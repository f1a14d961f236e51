using DenseCL.Platform;
namespace DenseCL.Data.Scenes;

/// <summary>The ground that the objects lie on. All of it is background, and some of it resembles the objects' textures.</summary>
internal sealed class Ground
{
    private readonly int kind;
    private readonly uint seed;
    private readonly double cos;
    private readonly double sin;
    private readonly double frequency;
    private readonly Rgb first;
    private readonly Rgb second;

    public Ground(ref CounterRandom random)
    {
        kind = random.NextInt(6);
        seed = (uint)random.NextBits();
        (cos, sin) = Light.Direction(ref random);
        frequency = random.NextDouble(0.75, 1.35);
        first = Rgb.Draw(ref random, 0.05, 0.55, 0.3, 0.85);

        // The second colour is the first one, darker or lighter and with a slightly different hue: grounds are quieter than objects.
        Rgb tint = Rgb.Draw(ref random, 0.1, 0.4, 0.9, 1);
        second = first * tint * (random.NextInt(2) == 0 ? random.NextDouble(0.55, 0.75) : random.NextDouble(1.25, 1.5));
    }

    /// <summary>The unlit colour at a point in units of the shorter side.</summary>
    public Rgb At(double x, double y)
    {
        double u = ((cos * x) + (sin * y)) * frequency, v = ((cos * y) - (sin * x)) * frequency;
        return kind switch
        {
            0 => Grass(u, v),
            1 => Tiles(u, v),
            2 => Gravel(u, v),
            3 => Planks(u, v),
            4 => Sand(u, v),
            _ => Cloth(u, v),
        };
    }

    private Rgb Grass(double u, double v)
    {
        double blades = Noise.Smooth((42 * u) + (6 * Noise.Smooth(5 * u, 5 * v, seed)), 15 * v, seed + 3);
        return Rgb.Mix(first, second, (0.65 * blades) + (0.35 * Noise.Smooth(6 * u, 6 * v, seed + 4)));
    }

    private Rgb Tiles(double u, double v)
    {
        double column = Math.Floor(6 * u), row = Math.Floor(6 * v);
        double fu = (6 * u) - column, fv = (6 * v) - row;
        if (Math.Min(Math.Min(fu, 1 - fu), Math.Min(fv, 1 - fv)) < 0.035)
        {
            return second;
        }

        double shade = 0.85 + (0.2 * Noise.At((int)column, (int)row, seed)) + (0.12 * Noise.Smooth(30 * u, 30 * v, seed + 1));
        return first * shade;
    }

    private Rgb Gravel(double u, double v)
    {
        (double near, double next, double value) = Noise.Cells(20 * u, 20 * v, seed);
        double gap = Math.Clamp((next - near) * 5, 0, 1);
        return Rgb.Mix(first, second, value) * (0.55 + (0.5 * gap) - (0.2 * near));
    }

    private Rgb Planks(double u, double v)
    {
        double plank = Math.Floor(5 * v), across = (5 * v) - plank;
        double shift = Noise.At((int)plank, 7, seed);
        double board = Math.Floor((1.3 * u) + shift);
        double grain = Noise.Smooth((5 * u) + (50 * shift), 60 * v, seed + 1);
        double tone = (0.45 * Noise.At((int)plank, (int)board, seed + 2)) + (0.55 * grain);
        bool joint = across < 0.04 || ((1.3 * u) + shift - board) < 0.012;
        return Rgb.Mix(first, second, tone) * (joint ? 0.45 : 1);
    }

    private Rgb Sand(double u, double v)
    {
        double ripple = Noise.Wave((9 * v) + (1.6 * Noise.Smooth(3 * u, 3 * v, seed)));
        double grain = Noise.Smooth(90 * u, 90 * v, seed + 1);
        return Rgb.Mix(first, second, (0.55 * Noise.Ease(ripple)) + (0.3 * grain));
    }

    private Rgb Cloth(double u, double v)
    {
        double column = Math.Floor(26 * u), row = Math.Floor(26 * v);
        double fu = (26 * u) - column - 0.5, fv = (26 * v) - row - 0.5;
        bool over = (((int)column + (int)row) & 1) == 0;
        double thread = over ? 1 - (2 * fv * fv) : 1 - (2 * fu * fu);
        return (over ? first : Rgb.Mix(first, second, 0.6)) * (0.55 + (0.5 * thread)) * (0.9 + (0.2 * Noise.Smooth(4 * u, 4 * v, seed)));
    }
}
