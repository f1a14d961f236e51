namespace DenseCL.Data.Scenes;

/// <summary>
/// Noise on the plane from integer hashes. It uses no table and no transcendental function, so it is the same on every machine.
/// </summary>
internal static class Noise
{
    /// <summary>A uniform number in [0, 1) for a lattice point.</summary>
    public static double At(int x, int y, uint seed) => Hash(x, y, seed) * (1.0 / 4294967296.0);

    /// <summary>32 bits for a lattice point; the mixing is that of MurmurHash3's finaliser (Appleby, public domain).</summary>
    public static uint Hash(int x, int y, uint seed)
    {
        uint h = seed ^ ((uint)x * 0x9E3779B1) ^ ((uint)y * 0x85EBCA77);
        h = (h ^ (h >> 16)) * 0x85EBCA6B;
        h = (h ^ (h >> 13)) * 0xC2B2AE35;
        return h ^ (h >> 16);
    }

    /// <summary>Smooth noise of period about 1, in [0, 1].</summary>
    public static double Smooth(double x, double y, uint seed)
    {
        double left = Math.Floor(x), top = Math.Floor(y);
        int i = (int)left, j = (int)top;
        double u = Ease(x - left), v = Ease(y - top);
        double a = At(i, j, seed), b = At(i + 1, j, seed), c = At(i, j + 1, seed), d = At(i + 1, j + 1, seed);
        double upper = a + ((b - a) * u), lower = c + ((d - c) * u);
        return upper + ((lower - upper) * v);
    }

    /// <summary>Three octaves of smooth noise, in [0, 1].</summary>
    public static double Octaves(double x, double y, uint seed) =>
        (0.57 * Smooth(x, y, seed)) + (0.29 * Smooth(2.03 * x, 2.03 * y, seed + 1)) + (0.14 * Smooth(4.1 * x, 4.1 * y, seed + 2));

    /// <summary>
    /// The distances to the nearest and second nearest of one jittered point per unit cell (Worley 1996), and the nearest one's random
    /// number.
    /// </summary>
    public static (double First, double Second, double Value) Cells(double x, double y, uint seed)
    {
        double left = Math.Floor(x), top = Math.Floor(y);
        int i = (int)left, j = (int)top;
        double first = 9, second = 9;
        uint owner = 0;
        for (int dj = -1; dj <= 1; dj++)
        {
            for (int di = -1; di <= 1; di++)
            {
                uint hash = Hash(i + di, j + dj, seed);
                double px = left + di + 0.15 + (0.7 / 65536 * (hash & 0xFFFF)) - x;
                double py = top + dj + 0.15 + (0.7 / 65536 * (hash >> 16)) - y;
                double distance = (px * px) + (py * py);
                if (distance < first)
                {
                    (first, second, owner) = (distance, first, hash);
                }
                else if (distance < second)
                {
                    second = distance;
                }
            }
        }

        return (Math.Sqrt(first), Math.Sqrt(second), (owner * 0x9E3779B1) * (1.0 / 4294967296.0));
    }

    /// <summary>The fractional part, in [0, 1).</summary>
    public static double Fraction(double x) => x - Math.Floor(x);

    /// <summary>A triangle wave of period 1: 0 at the integers, 1 half-way.</summary>
    public static double Wave(double x) => 1 - Math.Abs((2 * Fraction(x)) - 1);

    /// <summary>Smoothstep: 0 … 1 → 0 … 1 with flat ends.</summary>
    public static double Ease(double t) => t * t * (3 - (2 * t));
}
