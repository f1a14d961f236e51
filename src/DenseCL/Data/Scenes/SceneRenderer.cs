using DenseCL.Platform;
namespace DenseCL.Data.Scenes;

/// <summary>
/// Renders labelled scenes: textured objects of <see cref="SceneClasses.Count"/> classes, overlapping each other on a textured ground.
/// </summary>
/// <remarks>
/// The pixels are a function of (options, seed, index) alone and are the same on every machine. They use only additions, products,
/// quotients, roots and floors of doubles, which IEEE 754 rounds in exactly one way, and integer hashes.
/// </remarks>
internal static class SceneRenderer
{
    private const ulong Purpose = 0x5CE7E5;

    /// <summary>Renders one scene.</summary>
    /// <param name="options">Size and crowding.</param>
    /// <param name="seed">The seed of the data set.</param>
    /// <param name="index">The number of the scene in the data set, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative.</exception>
    /// <exception cref="ArgumentException">A minimum of the options exceeds its maximum.</exception>
    public static Scene Render(SceneOptions options, ulong seed, int index)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        options.ThrowIfReversed(nameof(options));
        CounterRandom random = new(seed, Purpose, (ulong)index);
        Light light = Light.Draw(ref random);
        Ground ground = new(ref random);
        PlacedObject[] objects = [.. ObjectPlacement.Draw(ref random, options)];
        uint grain = (uint)random.NextBits();

        (int width, int height) = (options.Width, options.Height);
        byte[] pixels = new byte[width * height * 3], classes = new byte[width * height], instances = new byte[width * height];
        double pitch = 1.0 / Math.Min(width, height);
        double centreX = 0.5 * width * pitch, centreY = 0.5 * height * pitch;
        PlacedObject[] near = new PlacedObject[objects.Length];
        for (int y = 0; y < height; y++)
        {
            double centre = (y + 0.5) * pitch;
            ReadOnlySpan<PlacedObject> row = NearRow(objects, near, centre, pitch, light);
            for (int x = 0; x < width; x++)
            {
                Rgb sum = default;
                for (int sample = 0; sample < 4; sample++)
                {
                    double sx = (x + 0.25 + (0.5 * (sample & 1))) * pitch, sy = (y + 0.25 + (0.5 * (sample >> 1))) * pitch;
                    sum += Sample(row, ground, light, sx, sy);
                }

                double fall = 1 + (light.Gradient * ((((x + 0.5) * pitch - centreX) * light.X) + ((centre - centreY) * light.Y)));
                Develop(sum * light.Colour * (0.25 * fall), Noise.Hash(x, y, grain), pixels.AsSpan(((y * width) + x) * 3, 3));
                for (int i = row.Length - 1; i >= 0; i--)
                {
                    if (row[i].Distance((x + 0.5) * pitch, centre) < 0)
                    {
                        instances[(y * width) + x] = (byte)(1 + Array.IndexOf(objects, row[i]));
                        classes[(y * width) + x] = (byte)row[i].Class;
                        break;
                    }
                }
            }
        }

        return new Scene(width, height, pixels, classes, instances, Measure(instances, width, objects));
    }

    /// <summary>The objects, in order, that can touch a row of pixels or cast a shadow on it.</summary>
    private static ReadOnlySpan<PlacedObject> NearRow(PlacedObject[] objects, PlacedObject[] near, double y, double pitch, Light light)
    {
        int count = 0;
        foreach (PlacedObject o in objects)
        {
            if (Math.Abs(y - o.Y) < o.Radius + pitch + light.ShadowReach + light.ShadowSoftness)
            {
                near[count++] = o;
            }
        }

        return near.AsSpan(0, count);
    }

    /// <summary>The colour at a point: of the foremost object there or the ground, darkened by the shadows of what lies above it.</summary>
    private static Rgb Sample(ReadOnlySpan<PlacedObject> objects, Ground ground, Light light, double x, double y)
    {
        double lit = 1;
        double fromX = x + (light.ShadowReach * light.X), fromY = y + (light.ShadowReach * light.Y);
        for (int i = objects.Length - 1; i >= 0; i--)
        {
            PlacedObject o = objects[i];
            double reach = o.Radius + light.ShadowReach + light.ShadowSoftness;
            double dx = x - o.X, dy = y - o.Y;
            if ((dx * dx) + (dy * dy) > reach * reach)
            {
                continue;
            }

            double distance = o.Distance(x, y);
            if (distance < 0)
            {
                return o.At(x, y, distance, light) * lit;
            }

            double cover = 0.5 - (o.Distance(fromX, fromY) / (2 * light.ShadowSoftness));
            if (cover > 0)
            {
                lit *= 1 - (light.ShadowDepth * Noise.Ease(Math.Min(cover, 1)));
            }
        }

        return ground.At(x, y) * lit;
    }

    /// <summary>Rounds to bytes, after adding a little sensor grain.</summary>
    private static void Develop(Rgb colour, uint hash, Span<byte> pixel)
    {
        pixel[0] = Level(colour.R, hash & 0xFF);
        pixel[1] = Level(colour.G, (hash >> 8) & 0xFF);
        pixel[2] = Level(colour.B, (hash >> 16) & 0xFF);

        static byte Level(double value, uint noise) => (byte)Math.Clamp((255 * value) + ((noise - 127.5) * (6.0 / 255)) + 0.5, 0, 255);
    }

    /// <summary>Boxes and areas of the visible parts; renumbers the instances if an object has no visible pixel.</summary>
    private static SceneObject[] Measure(byte[] instances, int width, PlacedObject[] objects)
    {
        int count = objects.Length + 1;
        int[] area = new int[count], left = new int[count], top = new int[count], right = new int[count], bottom = new int[count];
        Array.Fill(left, int.MaxValue);
        Array.Fill(top, int.MaxValue);
        for (int p = 0; p < instances.Length; p++)
        {
            (int i, int x, int y) = (instances[p], p % width, p / width);
            area[i]++;
            (left[i], right[i]) = (Math.Min(left[i], x), Math.Max(right[i], x));
            (top[i], bottom[i]) = (Math.Min(top[i], y), Math.Max(bottom[i], y));
        }

        byte[] renumbered = new byte[count];
        List<SceneObject> visible = new(objects.Length);
        for (int i = 1; i < count; i++)
        {
            if (area[i] > 0)
            {
                renumbered[i] = (byte)(visible.Count + 1);
                visible.Add(
                    new(visible.Count + 1, objects[i - 1].Class, left[i], top[i], right[i] - left[i] + 1, bottom[i] - top[i] + 1, area[i]));
            }
        }

        if (visible.Count < objects.Length)
        {
            for (int p = 0; p < instances.Length; p++)
            {
                instances[p] = renumbered[instances[p]];
            }
        }

        return [.. visible];
    }
}
