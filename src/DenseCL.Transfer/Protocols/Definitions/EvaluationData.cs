using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.MatchScore;

namespace DenseCL.Transfer.Protocols.Definitions;

/// <summary>A kind of data for evaluations.</summary>
public sealed class EvaluationData
{
    private EvaluationData(string summary, string flag, string help) => (Summary, Flag, Help) = (summary, flag, help);

    /// <summary>Images with a mask each; see <see cref="EvaluationInput.Masks"/>.</summary>
    public static EvaluationData Masks { get; } =
        new(
            "images and masks",
            "--data",
            "The labelled images: a VOC, Cityscapes, COCO-Stuff or CamVid folder, "
            + "or images/ and masks/ (PNGs with the number of a class for each pixel), split into train, val and test or not."
        )
        {
            Options = typeof(SegmentationDataOptions),
        };

    /// <summary>Images with one class each; see <see cref="EvaluationInput.Classes"/>.</summary>
    public static EvaluationData Classes { get; } = new(
        "a folder for each class", "--data", "The images: "
        + "a folder that contains train/ and val/ (or test/), each with a folder for every class.")
    { IsInTwoParts = true };

    /// <summary>Images that may show several classes; see <see cref="EvaluationInput.SeveralClasses"/>.</summary>
    public static EvaluationData SeveralClasses { get; } =
        new(
            "VOC 2007, or a folder for each class",
            "--data",
            "The images: VOCdevkit that contains VOC2007 (trainval and test), or a folder that contains train/ and val/ (or test/), "
            + "each with a folder for every class."
        )
        {
            IsInTwoParts = true,
        };

    /// <summary>Images without labels; see <see cref="EvaluationInput.Images"/>.</summary>
    public static EvaluationData Images { get; } =
        new(
            "images without labels",
            "--images",
            "The images whose views are matched, as for pretrain; may be given several times. "
            + "For a folder of images and masks, the images of one split."
        )
        {
            IsSeveral = true,
            Options = typeof(MatchImagesOptions),
        };

    /// <summary>A short description.</summary>
    public string Summary { get; }

    /// <summary>The option of a command that gives its path.</summary>
    public string Flag { get; }

    /// <summary>The help of that option.</summary>
    public string Help { get; }

    /// <summary>Whether several paths may be given.</summary>
    public bool IsSeveral { get; private init; }

    /// <summary>Whether training and test data may be given separately (<c>--train</c>, <c>--test</c>).</summary>
    public bool IsInTwoParts { get; private init; }

    /// <summary>The record of its own options; null if it has none.</summary>
    internal Type? Options { get; private init; }
}
