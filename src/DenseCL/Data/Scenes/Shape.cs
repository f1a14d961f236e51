namespace DenseCL.Data.Scenes;

/// <summary>The outlines of the classes, inside the unit circle.</summary>
internal static class Shape
{
    private const double Cos36 = 0.80901699437494745, Sin36 = 0.58778525229247314, Cos30 = 0.86602540378443865;

    /// <summary>
    /// The signed distance of a point to the outline of a class, negative inside. Outside it may be less than the true distance.
    /// </summary>
    public static double Distance(int @class, double x, double y) => @class switch
    {
        1 => Length(x, y) - 1,
        2 => Star(x, y),
        3 => Box(x, y, 0.56, 0.56) - 0.14,
        4 => Math.Min(Box(x, y, 0.93, 0.31), Box(x, y, 0.31, 0.93)),
        5 => Math.Max((Cos30 * Math.Abs(x)) + (0.5 * y), -y) - 0.5,
        6 => Math.Max(Length(x, y) - 1, 0.72 - Length(x - 0.6, y)),
        7 => Math.Abs(Length(x, y) - 0.72) - 0.28,
        8 => Flower(x, y),
        _ => throw new ArgumentOutOfRangeException(nameof(@class), @class, "No such class."),
    };

    private static double Length(double x, double y) => Math.Sqrt((x * x) + (y * y));

    private static double Box(double x, double y, double halfWidth, double halfHeight)
    {
        double dx = Math.Abs(x) - halfWidth, dy = Math.Abs(y) - halfHeight;
        return Length(Math.Max(dx, 0), Math.Max(dy, 0)) + Math.Min(Math.Max(dx, dy), 0);
    }

    /// <summary>A five-pointed star: fold the plane into one half of one ray, then take the distance to that edge.</summary>
    private static double Star(double x, double y)
    {
        const double inner = 0.5;
        x = Math.Abs(x);
        double fold = 2 * Math.Max((Cos36 * x) - (Sin36 * y), 0);
        (x, y) = (x - (fold * Cos36), y + (fold * Sin36));
        fold = 2 * Math.Max((-Cos36 * x) - (Sin36 * y), 0);
        (x, y) = (Math.Abs(x + (fold * Cos36)), y + (fold * Sin36) - 1);
        const double edgeX = inner * Sin36, edgeY = (inner * Cos36) - 1;
        double along = Math.Clamp(((x * edgeX) + (y * edgeY)) / ((edgeX * edgeX) + (edgeY * edgeY)), 0, 1);
        double distance = Length(x - (edgeX * along), y - (edgeY * along));
        return (y * edgeX) - (x * edgeY) < 0 ? -distance : distance;
    }

    /// <summary>Five petals: the radius swings with cos 5θ, which is the real part of (x + iy)⁵ / r⁵.</summary>
    private static double Flower(double x, double y)
    {
        double radius = Length(x, y);
        if (radius < 0.3)
        {
            return 0.8 * (radius - 0.8);
        }

        double ux = x / radius, uy = y / radius;
        double squareX = (ux * ux) - (uy * uy), squareY = 2 * ux * uy;
        double fourthX = (squareX * squareX) - (squareY * squareY), fourthY = 2 * squareX * squareY;
        double cos5 = (fourthX * ux) - (fourthY * uy);
        return 0.8 * (radius - 0.8 - (0.2 * cos5));
    }
}
