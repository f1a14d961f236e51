using DenseCL.Images;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Segmentation;
using DenseCL.Transfer.Segmentation.Training;

namespace DenseCL.Tests.Transfer.Segmentation;

public sealed class SegmentationCropTests
{
    private static readonly DataOptions Imagenet = new();

    private static readonly SegmentationOptions Plain = new() { CropHeight = 64, CropWidth = 96, ShortSide = null, Distortion = 0, MaxClassShare = 1 };

    /// <summary>
    /// Black is class 0 and white class 1, in stripes: where a scaled pixel is more white than black, its class must be 1.
    /// </summary>
    [Theory]
    [InlineData(true, null, 0.5, 2)]
    [InlineData(false, null, 0.5, 2)]
    [InlineData(true, 70, 0.6, 1.7)]
    [InlineData(false, 200, 0.5, 1)]
    [InlineData(true, null, 1, 1)]
    public void The_mask_follows_the_image_exactly(bool upright, int? shortSide, double low, double high)
    {
        (RgbImage image, Mask mask) = Stripes(150, 110, upright, 13);
        SegmentationOptions options = Plain with { ShortSide = shortSide, Scale = new Interval(low, high), FlipProbability = 0.5 };
        SegmentationCrop crop = new(options, Imagenet);
        byte[] pixels = new byte[64 * 96 * 3], labels = new byte[64 * 96];
        int compared = 0;
        for (ulong i = 0; i < 60; i++)
        {
            crop.Make(image, mask, new CounterRandom(7, i), pixels, labels);
            Assert.NotEqual(255, labels[0]);      // padding is on the right and below, also of a mirrored crop
            for (int p = 0; p < labels.Length; p++)
            {
                if (labels[p] == 255)
                {
                    Assert.Equal((124, 116, 104), (pixels[3 * p], pixels[(3 * p) + 1], pixels[(3 * p) + 2]));
                }
                else if (Math.Abs(pixels[3 * p] - 127.5) > 6)     // at half white either is right
                {
                    Assert.True(
                        (pixels[3 * p] > 127) == (labels[p] == 1),
                        $"crop {i}, row {p / 96}, column {p % 96}: {pixels[3 * p]} is of class {labels[p]}");
                    compared++;
                }
            }
        }

        Assert.True(compared > 60 * 64 * 96 / 8, $"only {compared} pixels were compared");
    }

    [Fact]
    public void Without_scale_a_crop_is_a_part_of_the_image_mirrored_or_not()
    {
        (RgbImage image, Mask mask) = Numbered(150, 110);
        SegmentationCrop crop = new(Plain with { Scale = new Interval(1, 1) }, Imagenet);
        byte[] pixels = new byte[64 * 96 * 3], labels = new byte[64 * 96];
        HashSet<bool> seen = [];
        HashSet<(int, int)> places = [];
        for (ulong i = 0; i < 30; i++)
        {
            crop.Make(image, mask, new CounterRandom(3, i), pixels, labels);
            (int left, int top, bool flipped) = (Math.Min(pixels[0], pixels[95 * 3]), pixels[1], pixels[0] > pixels[95 * 3]);
            seen.Add(flipped);
            places.Add((left, top));
            for (int y = 0; y < 64; y++)
            {
                for (int x = 0; x < 96; x++)
                {
                    int column = left + (flipped ? 95 - x : x), p = (y * 96) + x;
                    Assert.Equal((column, top + y, (column + top + y) % 200), (pixels[3 * p], pixels[(3 * p) + 1], labels[p]));
                }
            }
        }

        Assert.Equal(2, seen.Count);
        Assert.True(places.Count > 20);
    }

    [Fact]
    public void The_same_key_gives_the_same_crop_and_colours_do_not_move_it()
    {
        (RgbImage image, Mask mask) = Numbered(150, 110);
        byte[][] pixels = new byte[3][], labels = new byte[3][];
        for (int i = 0; i < 3; i++)
        {
            (pixels[i], labels[i]) = (new byte[64 * 96 * 3], new byte[64 * 96]);
            new SegmentationCrop(Plain with { Distortion = i == 2 ? 0.5 : 0 }, Imagenet).Make(
                image,
                mask,
                new CounterRandom(11, 4),
                pixels[i],
                labels[i]);
        }

        Assert.Equal(pixels[0], pixels[1]);
        Assert.Equal(labels[0], labels[1]);
        Assert.Equal(labels[0], labels[2]);
        Assert.NotEqual(pixels[0], pixels[2]);
    }

    [Fact]
    public void Crops_of_nearly_one_class_are_drawn_again()
    {
        // Class 1 fills the right quarter; most crops of 24 × 24 lie in class 0 alone.
        Mask mask = new(160, 64, [.. Enumerable.Range(0, 160 * 64).Select(p => (byte)(p % 160 >= 120 ? 1 : 0))]);
        RgbImage image = new();
        image.Reset(160, 64);
        image.Pixels.Clear();
        Assert.True(OneSided(1) > 40);
        Assert.True(OneSided(0.75) < 25, "ten draws should find a crop of both in most cases");

        int OneSided(double share)
        {
            SegmentationCrop crop = new(new SegmentationOptions { CropHeight = 32, CropWidth = 32, ShortSide = null, Distortion = 0, MaxClassShare = share, Scale = new Interval(1, 1) }, Imagenet);
            byte[] pixels = new byte[32 * 32 * 3], labels = new byte[32 * 32];
            return Enumerable.Range(0, 60).Count(i =>
            {
                crop.Make(image, mask, new CounterRandom(1, (ulong)i), pixels, labels);
                int ones = labels.Count(label => label == 1);
                return Math.Max(ones, 1024 - ones) > 768;
            });
        }
    }

    private static (RgbImage Image, Mask Mask) Stripes(int width, int height, bool upright, int each) =>
        Picture(
            width,
            height,
            (x, y) => (byte)((upright ? x : y) / each % 2),
            label => ((byte)(255 * label), (byte)(255 * label), (byte)(255 * label)));

    /// <summary>Red is the column and green the row.</summary>
    private static (RgbImage Image, Mask Mask) Numbered(int width, int height)
    {
        (RgbImage image, Mask mask) = Picture(width, height, (x, y) => (byte)((x + y) % 200), _ => (0, 0, 0));
        for (int p = 0; p < width * height; p++)
        {
            (image.Pixels[3 * p], image.Pixels[(3 * p) + 1]) = ((byte)(p % width), (byte)(p / width));
        }

        return (image, mask);
    }

    private static (RgbImage Image, Mask Mask) Picture(
        int width,
        int height,
        Func<int, int, byte> label,
        Func<byte, (byte, byte, byte)> colour)
    {
        RgbImage image = new();
        image.Reset(width, height);
        byte[] labels = new byte[width * height];
        for (int p = 0; p < labels.Length; p++)
        {
            labels[p] = label(p % width, p / width);
            (image.Pixels[3 * p], image.Pixels[(3 * p) + 1], image.Pixels[(3 * p) + 2]) = colour(labels[p]);
        }

        return (image, new Mask(width, height, labels));
    }
}
