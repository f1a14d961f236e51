using DenseCL.Data.Scenes;

namespace DenseCL.Tests.Data.Scenes;

public sealed class SceneRendererTests
{
    private static readonly SceneOptions Small = new() { Width = 96, Height = 80 };

    [Fact]
    public void The_same_seed_and_index_give_the_same_scene_and_others_do_not()
    {
        Scene scene = SceneRenderer.Render(Small, 7, 3), again = SceneRenderer.Render(Small, 7, 3);
        Assert.True(scene.Pixels.SequenceEqual(again.Pixels));
        Assert.True(scene.InstanceMask.SequenceEqual(again.InstanceMask));
        Assert.Equal(scene.Objects, again.Objects);
        Assert.False(scene.Pixels.SequenceEqual(SceneRenderer.Render(Small, 8, 3).Pixels));
        Assert.False(scene.Pixels.SequenceEqual(SceneRenderer.Render(Small, 7, 4).Pixels));
    }

    [Fact]
    public void Boxes_areas_and_classes_agree_with_the_masks()
    {
        for (int index = 0; index < 40; index++)
        {
            Scene scene = SceneRenderer.Render(Small, 1, index);
            int[] pixelsOf = new int[scene.Objects.Count + 1];
            for (int p = 0; p < scene.InstanceMask.Length; p++)
            {
                int instance = scene.InstanceMask[p];
                Assert.InRange(instance, 0, scene.Objects.Count);
                pixelsOf[instance]++;
                Assert.Equal(instance == 0 ? 0 : scene.Objects[instance - 1].Class, scene.ClassMask[p]);
            }

            for (int i = 0; i < scene.Objects.Count; i++)
            {
                SceneObject o = scene.Objects[i];
                Assert.Equal(i + 1, o.Instance);
                Assert.InRange(o.Class, 1, SceneClasses.Count);
                Assert.Equal(pixelsOf[o.Instance], o.Area);
                bool[] columns = new bool[scene.Width], rows = new bool[scene.Height];
                for (int p = 0; p < scene.InstanceMask.Length; p++)
                {
                    if (scene.InstanceMask[p] == o.Instance)
                    {
                        columns[p % scene.Width] = rows[p / scene.Width] = true;
                    }
                }

                Assert.Equal((Array.IndexOf(columns, true), Array.LastIndexOf(columns, true) + 1), (o.Left, o.Left + o.Width));
                Assert.Equal((Array.IndexOf(rows, true), Array.LastIndexOf(rows, true) + 1), (o.Top, o.Top + o.Height));
            }
        }
    }

    [Fact]
    public void Every_class_occurs_and_none_rules()
    {
        int[] objects = new int[SceneClasses.Count + 1];
        for (int index = 0; index < 200; index++)
        {
            foreach (SceneObject o in SceneRenderer.Render(new SceneOptions { Width = 32, Height = 32 }, 5, index).Objects)
            {
                objects[o.Class]++;
            }
        }

        // Uniform over 8 classes: a share of 1/8 within a factor of two is many standard deviations wide at about 1000 objects.
        int total = objects.Sum();
        Assert.Equal(SceneClasses.Count + 1, SceneClasses.Names.Count);
        Assert.All(objects[1..], n => Assert.InRange(n / (double)total, 1 / 16.0, 1 / 4.0));
    }

    [Fact]
    public void Objects_hide_parts_of_each_other_but_never_all()
    {
        int hidden = 0, scenes = 60;
        for (int index = 0; index < scenes; index++)
        {
            Scene scene = SceneRenderer.Render(Small, 2, index);

            // A convex class whose visible pixels are not convex along a row has something in front of it.
            hidden += scene.Objects.Any(o => o.Class is 1 or 3 or 5 && RowsHaveGaps(scene, o)) ? 1 : 0;
            Assert.InRange(scene.Objects.Count, 1, Small.MaxObjects);
            Assert.All(scene.Objects, o => Assert.True(o.Area >= 12, $"An object of {o.Area} pixels."));
        }

        Assert.InRange(hidden, scenes / 8, scenes);

        static bool RowsHaveGaps(Scene scene, SceneObject o)
        {
            for (int y = o.Top; y < o.Top + o.Height; y++)
            {
                string row = string.Concat(
                    scene.InstanceMask.Slice((y * scene.Width) + o.Left, o.Width).ToArray().Select(i => i == o.Instance ? '1' : '0'));
                if (row.Trim('0').Contains('0', StringComparison.Ordinal))
                {
                    return true;
                }
            }

            return false;
        }
    }

    [Fact]
    public void The_mean_colour_of_an_object_does_not_tell_its_class()
    {
        // Nearest class mean in colour, fitted on one half of the objects and tried on the other: chance is 1/8.
        List<(int Class, double[] Colour)> objects = [];
        for (int index = 0; index < 150; index++)
        {
            Scene scene = SceneRenderer.Render(Small, 4, index);
            objects.AddRange(scene.Objects.Select(o => (o.Class, MeanColour(scene, o.Instance))));
        }

        var fit = objects[..(objects.Count / 2)].GroupBy(o => o.Class).ToDictionary(
            g => g.Key, g => Enumerable.Range(0, 3).Select(c => g.Average(o => o.Colour[c])).ToArray());
        var trial = objects[(objects.Count / 2)..];
        int right = trial.Count(o => o.Class == fit.MinBy(f => f.Value.Zip(o.Colour, (a, b) => (a - b) * (a - b)).Sum()).Key);
        Assert.InRange(right / (double)trial.Count, 0, 0.3);

        static double[] MeanColour(Scene scene, int instance)
        {
            double[] sum = new double[3];
            int count = 0;
            for (int p = 0; p < scene.InstanceMask.Length; p++)
            {
                if (scene.InstanceMask[p] == instance)
                {
                    count++;
                    for (int c = 0; c < 3; c++)
                    {
                        sum[c] += scene.Pixels[(p * 3) + c];
                    }
                }
            }

            return [.. sum.Select(s => s / count)];
        }
    }

    [Fact]
    public void A_larger_scene_shows_the_same_layout()
    {
        Scene small = SceneRenderer.Render(new SceneOptions { Width = 64, Height = 64 }, 6, 0);
        Scene large = SceneRenderer.Render(new SceneOptions { Width = 192, Height = 192 }, 6, 0);

        // The centre of a small pixel is the centre of the middle one of the 3 × 3 large pixels that cover it.
        int same = 0;
        for (int y = 0; y < 64; y++)
        {
            for (int x = 0; x < 64; x++)
            {
                same += small.InstanceMask[(y * 64) + x] == large.InstanceMask[(((3 * y) + 1) * 192) + (3 * x) + 1] ? 1 : 0;
            }
        }

        Assert.InRange(same, (64 * 64) - 4, 64 * 64);
    }

    [Theory]
    [InlineData(31)]
    [InlineData(4097)]
    public void A_size_out_of_range_is_refused_with_the_range(int size)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new SceneOptions { Width = size });
        Assert.Contains("32 … 4096", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reversed_ranges_are_refused()
    {
        Assert.Throws<ArgumentException>(() => SceneRenderer.Render(new SceneOptions { MinObjects = 9 }, 0, 0));
        Assert.Throws<ArgumentException>(() => SceneRenderer.Render(new SceneOptions { MinDiameter = 0.7 }, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SceneOptions { MaxDiameter = double.NaN });
    }
}
