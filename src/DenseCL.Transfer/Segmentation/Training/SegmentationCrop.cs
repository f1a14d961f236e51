using System.Globalization;
using DenseCL.Images;
using DenseCL.Images.Operations;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Labelled.Masks;

namespace DenseCL.Transfer.Segmentation.Training;

/// <summary>
/// Makes training crops: scale, crop, mirror, change the colours, pad. A pixel of the crop's mask is the original's pixel under the middle
/// of the crop's pixel, so image and mask cannot drift apart. Use one instance per thread, because it owns working memory.
/// </summary>
/// <param name="options">Sizes and probabilities.</param>
/// <param name="normalisation">Crops are padded with its mean.</param>
internal sealed class SegmentationCrop(SegmentationOptions options, DataOptions normalisation)
{
    private const int Attempts = 10;

    private readonly Scratch scratch = new();
    private byte[] colours = [];
    private byte[] classes = [];

    /// <summary>The size to which images are resized first.</summary>
    public static (int Width, int Height) Resized(int width, int height, int? shortSide, double scale = 1)
    {
        double by = (shortSide is { } side ? side / (double)Math.Min(width, height) : 1) * scale;
        return (Side(width), Side(height));

        int Side(int length) => Math.Max(1, (int)Math.Round(length * by, MidpointRounding.AwayFromZero));
    }

    /// <summary>
    /// A crop that is larger than every image at its largest scale would always be padded: one of the sizes must be a mistake.
    /// </summary>
    /// <param name="options">The protocol.</param>
    /// <param name="images">The training images.</param>
    /// <exception cref="RecipeException">It is so.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public static void RefuseLarge(SegmentationOptions options, IReadOnlyList<SegmentationImage> images)
    {
        (int width, int height) = (0, 0);
        foreach (SegmentationImage image in images)
        {
            ImageHeader header = ImageDecoder.ReadHeader(image.ImagePath, ImageLimits.Default);
            (int w, int h) = Resized(header.Width, header.Height, options.ShortSide, options.Scale.High);
            (width, height) = (Math.Max(width, w), Math.Max(height, h));
            if (width >= options.CropWidth && height >= options.CropHeight)
            {
                return;
            }
        }

        throw new RecipeException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"cropWidth × cropHeight is {options.CropWidth} × {options.CropHeight}, "
                + $"but the images have at most {width} × {height} pixels after shortSide and the largest scale: "
                + $"every crop would be padded. Choose smaller crops or a larger shortSide."
            ));
    }

    /// <summary>Makes one crop.</summary>
    /// <param name="image">The image.</param>
    /// <param name="mask">Its mask, of the same size.</param>
    /// <param name="random">Its own stream.</param>
    /// <param name="intoImage">Receives (CropHeight, CropWidth, channels): as the image, 8 bits.</param>
    /// <param name="intoMask">Receives (CropHeight, CropWidth): classes, 255 for what does not count or lies outside the image.</param>
    public void Make(RgbImage image, Mask mask, CounterRandom random, Span<byte> intoImage, Span<byte> intoMask)
    {
        (int width, int height) = Resized(
            image.Width,
            image.Height,
            options.ShortSide,
            random.NextDouble(options.Scale.Low, options.Scale.High));
        int channels = image.Channels,
            across = Math.Min(width, options.CropWidth),
            down = Math.Min(height, options.CropHeight);
        Span<byte> pixels = Buffer(ref colours, across * down * channels),
            labels = Buffer(ref classes, across * down);

        int left, top, attempt = 0;
        do
        {
            (left, top) = (random.NextInt(width - across + 1), random.NextInt(height - down + 1));
            Sample(mask, width, height, left, top, across, down, labels);
        }
        while (++attempt < Attempts && options.MaxClassShare < 1 && IsOneSided(labels));

        (double columns, double rows) = (image.Width / (double)width, image.Height / (double)height);
        double x = left * columns, y = top * rows;
        Resample.ResizedBox(
            image,
            x,
            y,
            Math.Min(across * columns, image.Width - x),
            Math.Min(down * rows, image.Height - y),
            pixels,
            across,
            down,
            scratch);

        if (random.NextDouble() < options.FlipProbability)
        {
            Flip.Horizontal(pixels, across, down, channels);
            for (int row = 0; row < down; row++)
            {
                labels.Slice(row * across, across).Reverse();
            }
        }

        Distort(pixels, channels, ref random);
        Pad(pixels, channels, labels, across, down, intoImage, intoMask);
    }

    private static void Sample(Mask mask, int width, int height, int left, int top, int across, int down, Span<byte> into)
    {
        for (int y = 0; y < down; y++)
        {
            ReadOnlySpan<byte> row = mask.Values.AsSpan(Nearest(top + y, height, mask.Height) * mask.Width, mask.Width);
            Span<byte> of = into.Slice(y * across, across);
            for (int x = 0; x < across; x++)
            {
                of[x] = row[Nearest(left + x, width, mask.Width)];
            }
        }

        static int Nearest(int position, int scaled, int side) => (int)(((2L * position) + 1) * side / (2L * scaled));
    }

    /// <summary>
    /// Whether one class has too large a share. A crop with a single class is drawn again too, because it teaches little.
    /// </summary>
    private bool IsOneSided(ReadOnlySpan<byte> labels)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        foreach (byte label in labels)
        {
            counts[label]++;
        }

        counts[GridLabels.Ignore] = 0;
        int most = 0, all = 0;
        foreach (int count in counts)
        {
            (most, all) = (Math.Max(most, count), all + count);
        }

        return most > options.MaxClassShare * all || all == 0;
    }

    private void Distort(Span<byte> pixels, int channels, ref CounterRandom random)
    {
        double d = options.Distortion;
        if (d == 0)
        {
            return;
        }

        // All numbers are drawn, whether used or not, so one change does not affect the next.
        (double brightness, double contrast, double saturation, double hue) =
            (Draw(ref random, d / 2), Draw(ref random, d), Draw(ref random, d), Draw(ref random, d / 10));
        if (channels != DataOptions.Rgb)
        {
            // Saturation and hue do not exist.
            for (int channel = 0; channel < channels; channel++)
            {
                Colour.Brightness(pixels, channel, channels, 1 + brightness);
                Colour.Contrast(pixels, channel, channels, 1 + contrast);
            }

            return;
        }

        if (brightness != 0)
        {
            Colour.Brightness(pixels, 1 + brightness);
        }

        if (contrast != 0)
        {
            Colour.Contrast(pixels, 1 + contrast);
        }

        if (saturation != 0)
        {
            Colour.Saturation(pixels, 1 + saturation);
        }

        if (hue != 0)
        {
            Hue.Shift(pixels, hue);
        }

        static double Draw(ref CounterRandom random, double most)
        {
            bool changed = random.NextDouble() < 0.5;
            double by = random.NextDouble(-most, most);
            return changed ? by : 0;
        }
    }

    private void Pad(
        ReadOnlySpan<byte> pixels, int channels, ReadOnlySpan<byte> labels, int across, int down, Span<byte> intoImage, Span<byte> intoMask)
    {
        int width = options.CropWidth;
        if (across < width || down < options.CropHeight)
        {
            ReadOnlySpan<byte> mean = [.. normalisation.Mean.Numbers.Select(Level)];
            for (int i = 0; i < intoImage.Length; i += channels)
            {
                mean.CopyTo(intoImage[i..]);
            }

            intoMask.Fill(GridLabels.Ignore);
        }

        for (int row = 0; row < down; row++)
        {
            pixels.Slice(row * across * channels, across * channels).CopyTo(intoImage[(row * width * channels)..]);
            labels.Slice(row * across, across).CopyTo(intoMask[(row * width)..]);
        }

        static byte Level(double mean) => (byte)Math.Round(255 * mean);
    }

    private static Span<byte> Buffer(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = new byte[length];
        }

        return buffer.AsSpan(0, length);
    }
}
