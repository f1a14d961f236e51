using DenseCL.Platform;
namespace DenseCL.Data.Scenes;

/// <summary>Chooses where objects lie: they overlap often but are never hidden.</summary>
internal static class ObjectPlacement
{
    private const int Tries = 24;
    private const int Probes = 9;

    /// <summary>The minimum distance of a centre from the frame, as a share of the shorter side.</summary>
    private const double Margin = 0.08;

    /// <summary>The share of each object that must stay visible, not hidden by the frame or by other objects.</summary>
    private const double MinVisible = 0.3;

    /// <summary>The objects of a scene, from the rearmost to the foremost.</summary>
    public static List<PlacedObject> Draw(ref CounterRandom random, SceneOptions options)
    {
        double side = Math.Min(options.Width, options.Height);
        double width = options.Width / side, height = options.Height / side;
        int count = options.MinObjects + random.NextInt(options.MaxObjects - options.MinObjects + 1);
        List<PlacedObject> placed = new(count);
        for (int i = 0; i < count; i++)
        {
            for (int t = 0; t < Tries; t++)
            {
                double diameter = random.NextDouble(options.MinDiameter, options.MaxDiameter);
                (double x, double y) = (random.NextDouble(Margin, width - Margin), random.NextDouble(Margin, height - Margin));
                if (placed.Count > 0 && random.NextInt(2) == 0)
                {
                    // Every second object leans on another one: random placement alone gives too few occlusions.
                    PlacedObject other = placed[random.NextInt(placed.Count)];
                    (double dx, double dy) = Light.Direction(ref random);
                    double reach = (other.Radius + (diameter / 2)) * random.NextDouble(0.4, 0.9);
                    (x, y) = (other.X + (dx * reach), other.Y + (dy * reach));
                    (x, y) = (Math.Clamp(x, Margin, width - Margin), Math.Clamp(y, Margin, height - Margin));
                }

                PlacedObject candidate = new(ref random, x, y, diameter);
                int place = placed.FindIndex(o => o.Depth < candidate.Depth);
                placed.Insert(place < 0 ? placed.Count : place, candidate);
                if (AllVisible(placed, width, height))
                {
                    break;
                }

                placed.Remove(candidate);
            }
        }

        return placed;
    }

    private static bool AllVisible(List<PlacedObject> placed, double width, double height)
    {
        for (int i = 0; i < placed.Count; i++)
        {
            if (VisibleShare(placed, i, width, height) < MinVisible)
            {
                return false;
            }
        }

        return true;
    }

    private static double VisibleShare(List<PlacedObject> placed, int index, double width, double height)
    {
        PlacedObject o = placed[index];
        int inside = 0, visible = 0;
        for (int j = 0; j < Probes; j++)
        {
            double y = o.Y + (o.Radius * (((2 * j) + 1.0 - Probes) / Probes));
            for (int i = 0; i < Probes; i++)
            {
                double x = o.X + (o.Radius * (((2 * i) + 1.0 - Probes) / Probes));
                if (o.Distance(x, y) >= 0)
                {
                    continue;
                }

                inside++;
                if (x >= 0 && y >= 0 && x < width && y < height && !Covered(placed, index + 1, x, y))
                {
                    visible++;
                }
            }
        }

        return inside == 0 ? 0 : visible / (double)inside;
    }

    private static bool Covered(List<PlacedObject> placed, int from, double x, double y)
    {
        for (int i = from; i < placed.Count; i++)
        {
            if (placed[i].Distance(x, y) < 0)
            {
                return true;
            }
        }

        return false;
    }
}
