using DenseCL.Images.Operations;
using DenseCL.Platform;
using DenseCL.Recipes;

namespace DenseCL.Data.Loading;

/// <summary>All random decisions about one view of one image.</summary>
/// <param name="Crop">What is cut out, and whether it is mirrored or turned.</param>
/// <param name="Jitter">Whether brightness, contrast, saturation and hue are changed.</param>
/// <param name="JitterOrder">In which of the 24 orders the four are changed, 0 to 23; see <see cref="Augmentation"/>.</param>
/// <param name="Brightness">Factor for <see cref="Colour.Brightness(Span{byte}, double)"/>.</param>
/// <param name="Contrast">Factor for <see cref="Colour.Contrast(Span{byte}, double)"/>.</param>
/// <param name="Saturation">Factor for <see cref="Colour.Saturation"/>.</param>
/// <param name="Hue">Rotation for <see cref="Images.Operations.Hue.Shift(Span{byte}, double)"/>.</param>
/// <param name="Greyscale">Whether the view is made grey.</param>
/// <param name="Blurred">Whether the view is blurred.</param>
/// <param name="BlurSigma">Standard deviation of the blur in pixels of the view.</param>
internal readonly record struct ViewParameters(
    CropGeometry Crop,
    bool Jitter,
    int JitterOrder,
    double Brightness,
    double Contrast,
    double Saturation,
    double Hue,
    bool Greyscale,
    bool Blurred,
    double BlurSigma)
{
    private const int CropTries = 10;

    /// <summary>
    /// How each channel is changed by itself; null for red, green and blue, which are changed together. The first has
    /// <see cref="Brightness"/> and <see cref="Contrast"/>.
    /// </summary>
    public ChannelJitter[]? Channels { get; init; }

    /// <summary>
    /// Draws the parameters of a view. Every call takes the same number of random numbers, each always for the same purpose. A change of
    /// one setting therefore does not affect the others.
    /// </summary>
    /// <param name="options">The distributions.</param>
    /// <param name="random">The view's stream of random numbers.</param>
    /// <param name="imageWidth">Width of the image in pixels, at least 1.</param>
    /// <param name="imageHeight">Height of the image in pixels, at least 1.</param>
    /// <returns>The parameters; the crop lies inside the image.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    public static ViewParameters Draw(DataOptions options, ref CounterRandom random, int imageWidth, int imageHeight)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageHeight, 1);
        (int left, int top, int width, int height) = DrawCrop(options, ref random, imageWidth, imageHeight);
        bool jitter = random.NextDouble() < options.JitterProbability;
        int order = random.NextInt(24);
        double brightness = random.NextDouble(1 - options.Brightness, 1 + options.Brightness);
        double contrast = random.NextDouble(1 - options.Contrast, 1 + options.Contrast);
        double saturation = random.NextDouble(1 - options.Saturation, 1 + options.Saturation);
        double hue = random.NextDouble(-options.Hue, options.Hue);
        bool greyscale = random.NextDouble() < options.GreyscaleProbability;
        bool blurred = random.NextDouble() < options.BlurProbability;
        double sigma = random.NextDouble(options.BlurSigma.Low, options.BlurSigma.High);
        bool flipped = random.NextDouble() < options.FlipProbability;
        bool flippedVertically = random.NextDouble() < options.VerticalFlipProbability;
        bool turned = random.NextDouble() < options.QuarterTurnProbability;
        int quarters = 1 + random.NextInt(3);
        CropGeometry crop = new(left, top, width, height, flipped) { FlippedVertically = flippedVertically };
        return new(
            turned ? crop.Turned(quarters) : crop,
            jitter, order, brightness, contrast, saturation, hue, greyscale, blurred, sigma)
        {
            Channels = options.Channels == DataOptions.Rgb ? null : DrawChannels(options, ref random, new(brightness, contrast)),
        };
    }

    private static ChannelJitter[] DrawChannels(DataOptions options, ref CounterRandom random, ChannelJitter first)
    {
        ChannelJitter[] channels = new ChannelJitter[options.Channels];
        channels[0] = first;
        for (int i = 1; i < channels.Length; i++)
        {
            double brightness = random.NextDouble(1 - options.Brightness, 1 + options.Brightness);
            channels[i] = new(brightness, random.NextDouble(1 - options.Contrast, 1 + options.Contrast));
        }

        return channels;
    }

    // The first of ten random rectangles that fits in the image, else the largest allowed one in its middle, like torchvision's
    // RandomResizedCrop.
    private static (int Left, int Top, int Width, int Height) DrawCrop(
        DataOptions options, ref CounterRandom random, int imageWidth, int imageHeight)
    {
        (double least, double most) = options.CropAspect;
        double area = (double)imageWidth * imageHeight;
        (int width, int height) = (0, 0);
        for (int i = 0; i < CropTries; i++)
        {
            double target = area * random.NextDouble(options.CropScale.Low, options.CropScale.High);
            double aspect = Math.Exp(random.NextDouble(Math.Log(least), Math.Log(most)));
            if (width == 0)
            {
                int tryWidth = (int)Math.Round(Math.Sqrt(target * aspect));
                int tryHeight = (int)Math.Round(Math.Sqrt(target / aspect));
                if (tryWidth >= 1 && tryWidth <= imageWidth && tryHeight >= 1 && tryHeight <= imageHeight)
                {
                    (width, height) = (tryWidth, tryHeight);
                }
            }
        }

        (double across, double down) = (random.NextDouble(), random.NextDouble());
        if (width > 0)
        {
            return ((int)(across * (imageWidth - width + 1)), (int)(down * (imageHeight - height + 1)), width, height);
        }

        double imageAspect = (double)imageWidth / imageHeight;
        width = imageAspect > most ? Math.Clamp((int)Math.Round(imageHeight * most), 1, imageWidth) : imageWidth;
        height = imageAspect < least ? Math.Clamp((int)Math.Round(imageWidth / least), 1, imageHeight) : imageHeight;
        return ((imageWidth - width) / 2, (imageHeight - height) / 2, width, height);
    }
}
