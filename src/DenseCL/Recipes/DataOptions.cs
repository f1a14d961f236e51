using DenseCL.Recipes.Settings;
namespace DenseCL.Recipes;

/// <summary>How an image becomes two views (section <c>data</c> of a recipe). Both views are drawn from the same distribution.</summary>
/// <remarks>Source of the defaults: MoCo-v2's augmentation, which the paper keeps.</remarks>
public sealed record DataOptions
{
    /// <summary>The most channels that an image may have.</summary>
    internal const int MostChannels = 8;

    /// <summary>Red, green and blue.</summary>
    internal const int Rgb = 3;

    /// <summary>The side of a view in pixels; 32 … 1024.</summary>
    /// <remarks>
    /// Cost and memory grow with its square. The backbone's map has ⌈size / model.outputStride⌉ positions a side; at stride 32, 7 at 224, 3
    /// at 96, one at 32.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int Size
    {
        get;
        init => field = Allowed.Between(
            "data.size", value, 32, 1024, "Choose 224 as in the paper, or 96 to 160 for a run on a processor.");
    } = 224;

    /// <summary>The share of the image's area that a crop covers; 0 &lt; low ≤ high ≤ 1.</summary>
    /// <remarks>
    /// It is a share of the area, not of the side: 0.2 leaves 45 % of each side. A smaller lower end makes views of the same image harder
    /// to match.
    /// </remarks>
    /// <exception cref="RecipeException">The ends are out of range or out of order.</exception>
    public Interval CropScale
    {
        get;
        init => field = Allowed.Within("data.cropScale", value, 0, 1, "Choose [0.2, 1] as in the paper.", aboveLow: true);
    } = new(0.2, 1);

    /// <summary>Width divided by height of a crop before it is resized to a square; 0.01 ≤ low ≤ high ≤ 100.</summary>
    /// <remarks>[1, 1] never distorts; use it for images whose shapes carry meaning.</remarks>
    /// <exception cref="RecipeException">The ends are out of range or out of order.</exception>
    public Interval CropAspect
    {
        get;
        init => field = Allowed.Within(
            "data.cropAspect", value, 0.01, 100, "Choose [0.75, 1.3333333333333333], or [1, 1] for no distortion.");
    } = new(3.0 / 4, 4.0 / 3);

    /// <summary>Brightness is multiplied by a factor from 1 − value to 1 + value; 0 … 1.</summary>
    /// <remarks>0 turns it off. A backbone becomes blind to what is varied: lower it where brightness carries meaning.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double Brightness
    {
        get;
        init => field = Allowed.Between("data.brightness", value, 0, 1, "Choose 0.4 as in the paper, or 0 for none.");
    } = 0.4;

    /// <summary>Contrast is multiplied by a factor from 1 − value to 1 + value; 0 … 1.</summary>
    /// <remarks>0 turns it off.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double Contrast
    {
        get;
        init => field = Allowed.Between("data.contrast", value, 0, 1, "Choose 0.4 as in the paper, or 0 for none.");
    } = 0.4;

    /// <summary>Saturation is multiplied by a factor from 1 − value to 1 + value; 0 … 1.</summary>
    /// <remarks>0 turns it off. It has no effect on grey images.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double Saturation
    {
        get;
        init => field = Allowed.Between("data.saturation", value, 0, 1, "Choose 0.4 as in the paper, or 0 for none.");
    } = 0.4;

    /// <summary>Hue is rotated by up to this share of the colour circle, either way; 0 … 0.5.</summary>
    /// <remarks>0 turns it off; 0.5 allows any hue. Lower it where colour carries meaning (stained tissue, ripeness).</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double Hue
    {
        get;
        init => field = Allowed.Between("data.hue", value, 0, 0.5, "Choose 0.1 as in the paper, or 0 for none.");
    } = 0.1;

    /// <summary>The probability that brightness, contrast, saturation and hue are changed at all, in random order; 0 … 1.</summary>
    /// <remarks>0 turns all four off.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double JitterProbability
    {
        get;
        init => field = Allowed.Between("data.jitterProbability", value, 0, 1, "Choose 0.8 as in the paper, or 0 for never.");
    } = 0.8;

    /// <summary>The probability that a view loses its colour; 0 … 1.</summary>
    /// <remarks>0 is never. Without it a network can match views by their colours alone.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double GreyscaleProbability
    {
        get;
        init => field = Allowed.Between("data.greyscaleProbability", value, 0, 1, "Choose 0.2 as in the paper, or 0 for never.");
    } = 0.2;

    /// <summary>The probability of a Gaussian blur; 0 … 1.</summary>
    /// <remarks>0 is never. Lower it where fine texture carries meaning.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double BlurProbability
    {
        get;
        init => field = Allowed.Between("data.blurProbability", value, 0, 1, "Choose 0.5 as in the paper, or 0 for never.");
    } = 0.5;

    /// <summary>The standard deviation of the blur in pixels of the view; 0.01 ≤ low ≤ high ≤ 100.</summary>
    /// <remarks>The paper's range is for 224 pixels; scale the upper end with <see cref="Size"/> for much smaller views.</remarks>
    /// <exception cref="RecipeException">The ends are out of range or out of order.</exception>
    public Interval BlurSigma
    {
        get;
        init => field = Allowed.Within("data.blurSigma", value, 0.01, 100, "Choose [0.1, 2] as in the paper.");
    } = new(0.1, 2);

    /// <summary>The probability that a view is mirrored left to right; 0 … 1.</summary>
    /// <remarks>0 is never: for text and other images in which left and right differ.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double FlipProbability
    {
        get;
        init => field = Allowed.Between("data.flipProbability", value, 0, 1, "Choose 0.5 as in the paper, or 0 for never.");
    } = 0.5;

    /// <summary>The probability that a view is mirrored top to bottom; 0 … 1.</summary>
    /// <remarks>For images without an up and down: satellite, microscopy, parts on a belt. 0 is never.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [Later]
    public double VerticalFlipProbability
    {
        get;
        init => field = Allowed.Between("data.verticalFlipProbability", value, 0, 1, "Choose 0.5, or 0 for never.");
    }

    /// <summary>The probability that a view is turned by 90, 180 or 270 degrees, each equally often; 0 … 1.</summary>
    /// <remarks>At 0.75 all four directions are equally frequent. 0 is never.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [Later]
    public double QuarterTurnProbability
    {
        get;
        init => field = Allowed.Between(
            "data.quarterTurnProbability", value, 0, 1, "Choose 0.75, by which all four directions are equally frequent, or 0 for never.");
    }

    /// <summary>Which values of pictures with more than 8 bits a sample become black and white.</summary>
    /// <remarks>
    /// A camera's 10, 12 or 14 bits in a file of 16 are nearly black by <c>auto</c>: set the number of bits, or <c>stretch</c>. Whoever
    /// uses the backbone must use the same values; they are written into every exported file that has room for them.
    /// </remarks>
    [Later]
    public PixelDepth Depth { get; init; }

    /// <summary>The channels of an image, which are the inputs of the network; 1 … 8.</summary>
    /// <remarks>
    /// 3 is red, green and blue, and takes every image: a grey one has three equal channels. Any other number takes only images that have
    /// as many: grey ones for 1, multi-spectral TIFFs for the others. <see cref="Mean"/> and <see cref="Std"/> are then measured on the
    /// images unless numbers are given, brightness and contrast are changed for each channel by itself, and saturation, hue and greyscale
    /// do not exist.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [Later]
    public int Channels
    {
        get;
        init => field = Allowed.Between(
            "data.channels", value, 1, MostChannels, "Choose 3 for colour images, or the number of channels that the images have.");
    } = Rgb;

    /// <summary>Subtracted from each channel after pixel values were scaled to 0 … 1; each 0 … 1.</summary>
    /// <remarks>
    /// ImageNet's by default; <c>measured</c> takes those of the images, as does any <see cref="Channels"/> but 3 by default. Whoever uses
    /// the backbone must use the same numbers; they are written into every exported file.
    /// </remarks>
    /// <exception cref="RecipeException">A channel is out of range.</exception>
    public PerChannel Mean
    {
        get;
        init => field = Allowed.Within(
            "data.mean", value, 0, 1, "Choose [0.485, 0.456, 0.406], ImageNet's; pixel values are scaled to 0 to 1 first.");
    } = ImageNetMean;

    /// <summary>Divides each channel after the mean was subtracted; each 0.001 … 1.</summary>
    /// <remarks>ImageNet's by default, or <c>measured</c>. As with <see cref="Mean"/>, whoever uses the backbone must use the same
    /// numbers.</remarks>
    /// <exception cref="RecipeException">A channel is out of range.</exception>
    public PerChannel Std
    {
        get;
        init => field = Allowed.Within(
            "data.std", value, 0.001, 1, "Choose [0.229, 0.224, 0.225], ImageNet's; pixel values are scaled to 0 to 1 first.");
    } = ImageNetStd;

    /// <summary>Whether the means are those of the images: on request, or because the default, ImageNet's, has other channels.</summary>
    internal bool MeasuresMean => Mean.IsMeasured || (Channels != Rgb && Mean == ImageNetMean);

    /// <inheritdoc cref="MeasuresMean"/>
    internal bool MeasuresStd => Std.IsMeasured || (Channels != Rgb && Std == ImageNetStd);

    private static PerChannel ImageNetMean => new(0.485, 0.456, 0.406);

    private static PerChannel ImageNetStd => new(0.229, 0.224, 0.225);

    /// <summary>How the images of an epoch are shuffled.</summary>
    /// <remarks>
    /// <see cref="Shuffle.Shards"/> is for packs on network and rotating disks: it reads some megabytes in a row instead of one image at a
    /// time, and needs up to 512 MB of memory. Neighbouring images then fall into the same few batches. A pack that is sorted by class
    /// would therefore give batches of few classes. The pixels of a view do not depend on this setting.
    /// </remarks>
    /// <exception cref="RecipeException">The value has no name.</exception>
    public Shuffle Shuffle
    {
        get;
        init => field = Allowed.Defined("data.shuffle", value);
    }

    /// <summary>Threads that decode and augment; 1 … 256; null (<c>auto</c>): chosen by the number of processors.</summary>
    /// <remarks>
    /// It does not change any pixel: every random number is keyed by seed, epoch, image and view. May change when a run is resumed.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [NullWord("auto")]
    public int? Threads
    {
        get;
        init => field = Allowed.Between(
            "data.threads", value, 1, 256, "Choose `auto`, or the number of processor cores to give to decoding.");
    }

    /// <summary>Batches prepared ahead of the network; 1 … 64.</summary>
    /// <remarks>More of them even out slow files. Each costs 2 × batch × channels × size² bytes. May change when a run is resumed.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int Prefetch
    {
        get;
        init => field = Allowed.Between("data.prefetch", value, 1, 64, "Choose 4; more only if the files come over an uneven network.");
    } = 4;

    /// <summary>The share of unreadable images at which the run stops; 0 … 1.</summary>
    /// <remarks>0 stops at the first one; 1 never stops. Below this share, unreadable images are skipped and listed.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double MaxBadShare
    {
        get;
        init => field = Allowed.Between("data.maxBadShare", value, 0, 1, "Choose 0.05, or 0 to stop at the first unreadable image.");
    } = 0.05;

    /// <summary>The shorter side, in pixels, below which an image is not used; 1 … 4096.</summary>
    /// <remarks>Very small images (icons, thumbnails) become blurred when they are cropped and enlarged.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int MinSide
    {
        get;
        init => field = Allowed.Between("data.minSide", value, 1, 4096, "Choose 16, or more to leave thumbnails out.");
    } = 16;

    /// <summary>The number of pixels, width × height, above which an image is not decoded; 1024 … 500000000.</summary>
    /// <remarks>
    /// A decoder needs 3 to 4 bytes per pixel in each thread. The limit keeps a single hostile file from taking all memory.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int MaxPixels
    {
        get;
        init => field = Allowed.Between(
            "data.maxPixels", value, 1024, 500_000_000, "Choose 100000000, or cut larger images into tiles first.");
    } = 100_000_000;
}
