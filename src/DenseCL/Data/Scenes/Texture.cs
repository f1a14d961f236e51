namespace DenseCL.Data.Scenes;

/// <summary>The textures of the classes: how much of an object's second colour shows at a point, with a period of 1.</summary>
internal static class Texture
{
    /// <summary>The share of the second colour at a point, 0 … 1.</summary>
    public static double At(int @class, double u, double v, uint seed) => @class switch
    {
        1 => Sharp(Noise.Wave(u), 0.5),
        2 => Sharp(Noise.Wave(u + (0.9 * Noise.Wave(0.5 * v))), 0.5),
        3 => ((int)Math.Floor(u * 1.4) + (int)Math.Floor(v * 1.4)) & 1,
        4 => Brick(u, v),
        5 => Sharp(0.33 - Spot(u, v), 0),
        6 => Sharp(0.12 - Math.Abs(Spot(u, v) - 0.31), 0),
        7 => Noise.Wave((0.8 * u) + (2.2 * Noise.Octaves(0.5 * u, 0.5 * v, seed))),
        8 => Cell(u, v, seed),
        _ => throw new ArgumentOutOfRangeException(nameof(@class), @class, "No such class."),
    };

    private static double Sharp(double value, double threshold) => Math.Clamp(((value - threshold) * 8) + 0.5, 0, 1);

    /// <summary>The distance to the nearest centre of a staggered lattice.</summary>
    private static double Spot(double u, double v)
    {
        double row = Math.Floor(v);
        double du = Noise.Fraction(u + (0.5 * ((int)row & 1))) - 0.5, dv = v - row - 0.5;
        return Math.Sqrt((du * du) + (dv * dv));
    }

    private static double Brick(double u, double v)
    {
        double row = Math.Floor(v * 1.2);
        double along = Noise.Fraction((0.6 * u) + (0.5 * ((int)row & 1)));
        return along < 0.12 || (v * 1.2) - row < 0.22 ? 1 : 0;
    }

    private static double Cell(double u, double v, uint seed)
    {
        (double first, double second, _) = Noise.Cells(u, v, seed);
        return Sharp(second - first, 0.16);
    }
}
