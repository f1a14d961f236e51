using DenseCL.Platform;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Options;
using DenseCL.Transfer.Segmentation.Models;

namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>How a model is applied to images, and what is written.</summary>
public sealed record PredictionOptions
{
    /// <summary>
    /// How many times larger each side is when the network sees it, 0.001 … 8; null as the model was tested: its images resized to the
    /// same shorter side.
    /// </summary>
    [NullWord("auto")]
    [Option(
        "The size at which the network sees an image: auto as the model was tested, or a factor; 1 is the image's own size.",
        Low = 0.001,
        High = 8,
        Placeholder = "auto|FACTOR")]
    public double? Scale
    {
        get;
        init => field = this.Checked(value);
    }

    /// <summary>
    /// The side of the tiles in which a large image passes the network, in pixels, 512 … 8192, rounded down to a multiple of 32; 0 for
    /// never; null for tiles of 1,024 where the image has more than 2 million pixels.
    /// </summary>
    [NullWord("auto")]
    [Option(
        "The side of the tiles of a large image, 512 to 8192; 0 passes each image as a whole. auto: 1024, for more than 2 million pixels.",
        Low = 0,
        High = 8192,
        Placeholder = "auto|PIXELS")]
    public int? Tile
    {
        get;
        init => field = this.Checked(value);
    }

    /// <summary>Whether the images with the classes' colours over them are left out.</summary>
    [Option("Write no overlays.")]
    public bool NoOverlays { get; init; }

    /// <summary>Whether to write how sure the model is of each pixel.</summary>
    [Option("Write confidence maps: the probability of the class of each pixel, 0 to 255.")]
    public bool Confidence { get; init; }

    /// <summary>Whether to write polygons.</summary>
    [Option("Write polygons.json: every region as a polygon, in COCO's format.")]
    public bool Polygons { get; init; }

    /// <summary>The number type. float32 gives the masks of ONNX Runtime; bfloat16 is faster, and a few pixels in 1,000 differ.</summary>
    [Option("The number type; auto is bf16 if the processor multiplies it natively, which is faster.")]
    public Precision Precision { get; init; } = Precision.Fp32;

    /// <summary>Which state of a model's folder.</summary>
    [Option("For the folder of a model: its best state on val, or the last one.")]
    public ModelState State { get; init; }
}
