using DenseCL.Data.Loading;
using DenseCL.Images;
using DenseCL.Images.Operations;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Tests.Images;
using DenseCL.Tests.Images.Jpeg;
using SkiaSharp;

namespace DenseCL.Tests.Data;

public sealed class TwoViewsTests
{
    private static readonly DataOptions Options = new() { Size = 32, JitterProbability = 0, GreyscaleProbability = 0, BlurProbability = 0, FlipProbability = 0 };

    private static readonly byte[] Photo = Skia.Encode(Fill.Image("smooth", 803, 599, 2), 90, SKJpegEncoderDownsample.Downsample420);

    // The views and crops of an image by itself.
    private static (byte[] View, CropGeometry Crop)[] Views(byte[] file, DataOptions options, ulong seed)
    {
        var views = new TwoViews(options);
        views.Decode(file, ImageLimits.Default, new CounterRandom(seed, 0), new CounterRandom(seed, 1));
        return [.. Enumerable.Range(0, 2).Select(i =>
        {
            byte[] view = new byte[options.Size * options.Size * 3];
            CropGeometry crop = views.Make(i, view);
            return (view, crop);
        })];
    }

    private static int Reduction(IEnumerable<CropGeometry> crops, int size) =>
        new[] { 8, 4, 2, 1 }.First(r => r == 1 || crops.All(c => Math.Min(c.Width, c.Height) / r >= size));

    [Fact]
    public void Views_of_large_crops_are_resampled_from_the_image_as_libjpeg_turbo_reduces_it()
    {
        var counts = new int[9];
        for (ulong seed = 0; seed < 40; seed++)
        {
            int size = ((int)seed % 8 * 32) + 32;
            (byte[] View, CropGeometry Crop)[] views = Views(Photo, Options with { Size = size }, seed);
            int reduction = Reduction(views.Select(v => v.Crop), size);
            counts[reduction]++;
            (byte[] pixels, int width, int height) = Skia.Decode(Photo, reduction);
            var image = new RgbImage();
            image.Reset(width, height);
            pixels.CopyTo(image.Pixels);
            foreach ((byte[] view, CropGeometry crop) in views)
            {
                byte[] expected = new byte[view.Length];
                double by = reduction;
                if (reduction == 1)
                    Resample.ResizedCrop(image, crop.Left, crop.Top, crop.Width, crop.Height, expected, size, size, new Scratch());
                else
                    Resample.ResizedBox(
                        image,
                        crop.Left / by,
                        crop.Top / by,
                        crop.Width / by,
                        crop.Height / by,
                        expected,
                        size,
                        size,
                        new Scratch());

                Assert.True(expected.AsSpan().SequenceEqual(view), $"Seed {seed}, 1/{reduction}, {crop}");
            }
        }

        Assert.All((int[])[1, 2, 4, 8], r => Assert.InRange(counts[r], 3, 40));
    }

    [Fact]
    public void Crops_are_the_same_whether_the_image_is_reduced_or_not()
    {
        for (ulong seed = 0; seed < 8; seed++)
        {
            Assert.Equal(
                Views(Photo, Options, seed).Select(v => v.Crop),
                Views(Photo, Options with { Size = 256 }, seed).Select(v => v.Crop));
        }
    }

    [Fact]
    public void A_reduced_view_shows_what_the_view_of_the_whole_image_shows()
    {
        byte[] png;
        using (SKBitmap bitmap = SKBitmap.Decode(Photo))
        using (SKData encoded = bitmap.Encode(SKEncodedImageFormat.Png, 100))
            png = encoded.ToArray();

        for (ulong seed = 0; seed < 8; seed++)
        {
            foreach ((var reduced, var whole) in Views(Photo, Options, seed).Zip(Views(png, Options, seed)))
            {
                Assert.Equal(whole.Crop, reduced.Crop);
                double difference = reduced.View.Zip(whole.View).Average(p => Math.Abs(p.First - p.Second));
                Assert.InRange(difference, 0, 4); // of 255; a shift by a reduced pixel is several times that
            }
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(8)]
    public void A_reduced_view_of_a_turned_image_shows_the_same_place(int orientation)
    {
        byte[] turned = [.. Photo[..2], .. JpegWriter.Exif(orientation, bigEndian: true), .. Photo[2..]];
        var image = new RgbImage();
        ImageDecoder.Decode(turned, image, ImageLimits.Default);
        for (ulong seed = 0; seed < 8; seed++)
        {
            foreach ((byte[] view, CropGeometry crop) in Views(turned, Options, seed))
            {
                byte[] whole = new byte[view.Length];
                Resample.ResizedCrop(image, crop.Left, crop.Top, crop.Width, crop.Height, whole, 32, 32, new Scratch());
                Assert.InRange(view.Zip(whole).Average(p => Math.Abs(p.First - p.Second)), 0, 4);
            }
        }
    }
}
