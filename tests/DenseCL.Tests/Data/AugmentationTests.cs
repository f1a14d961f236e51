using CsCheck;
using DenseCL.Data.Loading;
using DenseCL.Images;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Tests.Images;

namespace DenseCL.Tests.Data;

public sealed class AugmentationTests
{
    private static readonly DataOptions Paper = new();

    [Fact]
    public void The_scale_of_a_crop_is_uniform_in_the_area_not_in_the_side()
    {
        // A square image and aspect 1: every try fits, so the share of the area has the uniform distribution on (0.2, 1).
        var options = new DataOptions { CropAspect = new(1, 1) };
        double[] shares = [.. Draws(options, 1000, 1000, 20_000).Select(p => p.Crop.Width * p.Crop.Height / 1e6).Order()];

        AssertUniform(shares, 0.2, 1);
    }

    [Fact]
    public void The_aspect_of_a_crop_is_uniform_in_its_logarithm()
    {
        var options = new DataOptions { CropScale = new(0.3, 0.3) };
        double[] logarithms = [.. Draws(options, 2000, 2000, 20_000).Select(p => Math.Log((double)p.Crop.Width / p.Crop.Height)).Order()];

        AssertUniform(logarithms, Math.Log(3.0 / 4.0), Math.Log(4.0 / 3.0));
    }

    [Fact]
    public void The_place_of_a_crop_is_uniform()
    {
        var options = new DataOptions { CropAspect = new(1, 1), CropScale = new(0.25, 0.25) };
        List<ViewParameters> draws = [.. Draws(options, 1999, 1999, 20_000)];
        AssertUniform([.. draws.Select(p => (double)p.Crop.Left).Order()], 0, 1000);
        AssertUniform([.. draws.Select(p => (double)p.Crop.Top).Order()], 0, 1000);
    }

    [Fact]
    public void A_crop_is_always_inside_the_image_and_has_the_area_and_aspect_asked_for()
    {
        (from width in Gen.Int[1, 3000] from height in Gen.Int[1, 3000] from seed in Gen.ULong select (width, height, seed)).Sample(
            image =>
            {
                var random = new CounterRandom(image.seed);
                CropGeometry crop = ViewParameters.Draw(Paper, ref random, image.width, image.height).Crop;
                bool inside = crop.Left >= 0 && crop.Top >= 0 && crop.Width >= 1 && crop.Height >= 1
                    && crop.Left + crop.Width <= image.width && crop.Top + crop.Height <= image.height;

                // Sides are rounded to whole pixels.
                bool aspect = (crop.Width + 1.0) / crop.Height > 0.74 && crop.Width / (crop.Height + 1.0) < 1.34;
                return inside && aspect;
            },
            seed: "0N0XIzNsQ0O2",
            iter: 5000);
    }

    [Theory]
    [InlineData(1000, 10, 493, 0, 13, 10)] // the whole height, and 10 · 4/3 columns in the middle
    [InlineData(10, 1000, 0, 493, 10, 13)]
    public void Where_no_crop_fits_the_middle_of_the_image_is_taken(int width, int height, int left, int top, int cropWidth, int cropHeight)
    {
        // Half of a very long image never has an aspect of 3/4 to 4/3.
        var options = new DataOptions { CropScale = new(0.5, 1) };
        Assert.All(
            Draws(options, width, height, 20),
            p => Assert.Equal(new CropGeometry(left, top, cropWidth, cropHeight, p.Crop.Flipped), p.Crop));
    }

    [Fact]
    public void Factors_and_choices_have_the_ranges_and_frequencies_asked_for()
    {
        List<ViewParameters> draws = [.. Draws(Paper, 640, 480, 20_000)];
        AssertUniform([.. draws.Select(p => p.Brightness).Order()], 0.6, 1.4);
        AssertUniform([.. draws.Select(p => p.Contrast).Order()], 0.6, 1.4);
        AssertUniform([.. draws.Select(p => p.Saturation).Order()], 0.6, 1.4);
        AssertUniform([.. draws.Select(p => p.Hue).Order()], -0.1, 0.1);
        AssertUniform([.. draws.Select(p => p.BlurSigma).Order()], 0.1, 2.0);
        AssertUniform([.. draws.Select(p => p.JitterOrder + 0.5).Order()], 0, 24, 1.0 / 48);
        AssertFrequency(0.8, draws.Count(p => p.Jitter), draws.Count);
        AssertFrequency(0.2, draws.Count(p => p.Greyscale), draws.Count);
        AssertFrequency(0.5, draws.Count(p => p.Blurred), draws.Count);
        AssertFrequency(0.5, draws.Count(p => p.Crop.Flipped), draws.Count);
    }

    [Fact]
    public void Changing_one_setting_leaves_what_the_others_decide()
    {
        var crop = new DataOptions { CropScale = new(0.9, 1), CropAspect = new(0.1, 10) };
        var others = new DataOptions
        {
            JitterProbability = 0,
            GreyscaleProbability = 1,
            BlurProbability = 0,
            FlipProbability = 0,
            Hue = 0,
            Brightness = 0,
            BlurSigma = new(1, 1),
        };
        for (ulong image = 0; image < 200; image++)
        {
            ViewParameters paper = Draw(Paper, image, 640, 480);
            Assert.Equal(paper with { Crop = default }, Draw(crop, image, 640, 480) with { Crop = default });
            Assert.Equal(paper with { Crop = default }, Draw(Paper, image, 10, 999) with { Crop = default });
            Assert.Equal(
                paper with { Jitter = false, Greyscale = true, Blurred = false, Crop = paper.Crop with { Flipped = false }, Hue = 0, Brightness = 1, BlurSigma = 1 },
                Draw(others, image, 640, 480));
        }
    }

    [Fact]
    public void Vertical_flips_and_quarter_turns_have_their_frequencies_and_leave_what_the_others_decide()
    {
        var options = new DataOptions { VerticalFlipProbability = 0.5, QuarterTurnProbability = 0.6 };
        List<ViewParameters> draws = [.. Draws(options, 640, 480, 20_000)];
        Assert.Equal(
            Draws(Paper, 640, 480, 20_000).Select(p => p with { Crop = p.Crop with { Flipped = false } }),
            draws.Select(p => p with { Crop = p.Crop with { Flipped = false, FlippedVertically = false, Transposed = false } }));
        Assert.All(Draws(Paper, 640, 480, 1000), p => Assert.False(p.Crop.FlippedVertically || p.Crop.Transposed));

        // Two thirds of the turns are by 90 or 270 degrees.
        AssertFrequency(0.4, draws.Count(p => p.Crop.Transposed), draws.Count);
        AssertFrequency(0.5, draws.Count(p => p.Crop.FlippedVertically), draws.Count);
        foreach (ViewParameters never in Draws(new DataOptions { VerticalFlipProbability = 0, QuarterTurnProbability = 1, FlipProbability = 0 }, 640, 480, 1000))
            Assert.True(never.Crop.Transposed || (never.Crop.Flipped && never.Crop.FlippedVertically));
    }

    [Fact]
    public void A_turned_view_is_the_view_turned_clockwise()
    {
        var augmentation = new Augmentation(new DataOptions { Size = 32 });
        RgbImage image = Fill.Noise(32, 32, 4);
        byte[] view = new byte[32 * 32 * 3];
        CropGeometry crop = new(0, 0, 32, 32, Flipped: false);
        for (int quarters = 0; quarters < 4; quarters++)
        {
            augmentation.Apply(image, new(crop.Turned(quarters), Jitter: false, 0, 1, 1, 1, 0, false, false, 1), view);
            for (int y = 0; y < 32; y++)
            {
                for (int x = 0; x < 32; x++)
                {
                    (int fromX, int fromY) = quarters switch { 0 => (x, y), 1 => (y, 31 - x), 2 => (31 - x, 31 - y), _ => (31 - y, x) };
                    Assert.Equal(
                        image.Pixels.Slice(((fromY * 32) + fromX) * 3, 3).ToArray(),
                        view.AsSpan(((y * 32) + x) * 3, 3).ToArray());
                }
            }
        }
    }

    [Fact]
    public void The_known_geometry_says_where_each_pixel_of_a_view_lies_in_another()
    {
        // Every pixel of the image has a colour of its own, and the crops are not resized: equal colours are equal places.
        const int Side = 32;
        var image = new RgbImage();
        image.Reset(60, 50);
        for (int i = 0; i < 60 * 50; i++)
            (image.Pixels[i * 3], image.Pixels[(i * 3) + 1], image.Pixels[(i * 3) + 2]) = ((byte)(i % 60), (byte)(i / 60), 7);

        var augmentation = new Augmentation(new DataOptions { Size = Side });
        var random = new CounterRandom(8);
        byte[] first = new byte[Side * Side * 3], second = new byte[Side * Side * 3];
        for (int pair = 0; pair < 100; pair++)
        {
            (CropGeometry from, CropGeometry into) = (Crop(ref random), Crop(ref random));
            augmentation.Apply(image, new(from, Jitter: false, 0, 1, 1, 1, 0, false, false, 1), first);
            augmentation.Apply(image, new(into, Jitter: false, 0, 1, 1, 1, 0, false, false, 1), second);
            for (int i = 0; i < Side * Side; i++)
            {
                (CellPlace row, CellPlace column) = CellPlace.Of(i / Side, i % Side, Side, from, into);
                (long y, long x) = (row.At / row.Cell, column.At / column.Cell);
                bool inside = row.At >= 0 && column.At >= 0 && y < Side && x < Side;
                (int imageX, int imageY) = (first[i * 3] - into.Left, first[(i * 3) + 1] - into.Top);
                Assert.Equal(imageX is >= 0 and < Side && imageY is >= 0 and < Side, inside);
                if (inside) Assert.Equal(first.AsSpan(i * 3, 3).ToArray(), second.AsSpan((int)((y * Side) + x) * 3, 3).ToArray());
            }
        }

        static CropGeometry Crop(ref CounterRandom random) =>
            new CropGeometry(random.NextInt(60 - Side + 1), random.NextInt(50 - Side + 1), Side, Side, random.NextInt(2) == 0)
            {
                FlippedVertically = random.NextInt(2) == 0,
            }.Turned(random.NextInt(4));
    }

    [Fact]
    public void A_view_depends_on_image_and_parameters_and_nothing_else()
    {
        RgbImage image = Fill.Noise(120, 90, 1);
        RgbImage copy = Fill.Noise(120, 90, 1);
        var options = new DataOptions { Size = 32 };
        var used = new Augmentation(options);
        byte[] first = new byte[32 * 32 * 3];
        byte[] second = new byte[32 * 32 * 3];
        for (ulong i = 0; i < 30; i++)
        {
            ViewParameters parameters = Draw(options, i, 120, 90);
            used.Apply(image, parameters, first);
            new Augmentation(options).Apply(copy, parameters, second);
            Assert.Equal(first, second);
        }

        Assert.Equal(copy.Pixels.ToArray(), image.Pixels.ToArray());
    }

    [Fact]
    public void Each_of_the_24_orders_of_colour_changes_is_another()
    {
        RgbImage image = Fill.Noise(32, 32, 4);
        var augmentation = new Augmentation(new DataOptions { Size = 32 });
        var views = new HashSet<string>(StringComparer.Ordinal);
        for (int order = 0; order < 24; order++)
        {
            byte[] view = new byte[32 * 32 * 3];
            augmentation.Apply(
                image,
                new(new(0, 0, 32, 32, Flipped: false), Jitter: true, order, 1.4, 0.6, 1.4, 0.1, false, false, 1),
                view);
            views.Add(Convert.ToHexString(view));
        }

        Assert.Equal(24, views.Count);
    }

    [Fact]
    public void Hue_changes_the_view_unless_the_option_is_zero()
    {
        RgbImage image = Fill.Noise(32, 32, 4);
        byte[] view = new byte[32 * 32 * 3];
        ViewParameters turn = new(new(0, 0, 32, 32, Flipped: false), Jitter: true, 0, 1, 1, 1, 0.1, false, false, 1);

        new Augmentation(new DataOptions { Size = 32 }).Apply(image, turn, view);
        Assert.NotEqual(image.Pixels.ToArray(), view);

        new Augmentation(new DataOptions { Size = 32, Hue = 0 }).Apply(image, turn with { Hue = 0 }, view);
        Assert.Equal(image.Pixels.ToArray(), view);
    }

    [Fact]
    public void Making_views_allocates_nothing_after_the_first()
    {
        RgbImage image = Fill.Noise(120, 90, 1);
        var options = new DataOptions { Size = 32, BlurProbability = 1, JitterProbability = 1 };
        var augmentation = new Augmentation(options);
        byte[] view = new byte[32 * 32 * 3];
        augmentation.Apply(image, new(new(0, 0, 120, 90, Flipped: true), true, 5, 1.1, 1.1, 1.1, 0.1, true, true, 1), view);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong i = 0; i < 10; i++)
        {
            augmentation.Apply(image, Draw(options, i, 120, 90), view);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static ViewParameters Draw(DataOptions options, ulong image, int width, int height)
    {
        var random = new CounterRandom(7, image);
        return ViewParameters.Draw(options, ref random, width, height);
    }

    private static IEnumerable<ViewParameters> Draws(DataOptions options, int width, int height, int count) =>
        Enumerable.Range(0, count).Select(i => Draw(options, (ulong)i, width, height));

    // Kolmogorov and Smirnov: with n = 20,000 the largest distance exceeds 2 / √n with a probability of 0.0007.
    private static void AssertUniform(double[] sorted, double low, double high, double grain = 0.001)
    {
        double distance = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            distance = Math.Max(distance, Math.Abs(((sorted[i] - low) / (high - low)) - ((i + 0.5) / sorted.Length)));
        }

        Assert.InRange(distance, 0, (2 / Math.Sqrt(sorted.Length)) + grain);
    }

    // Within four standard deviations of the binomial distribution.
    private static void AssertFrequency(double probability, int hits, int count) =>
        Assert.Equal(probability, (double)hits / count, 4 * Math.Sqrt(probability * (1 - probability) / count));
}
