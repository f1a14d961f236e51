using System.Globalization;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Segmentation;

/// <summary>The segmentation protocol: the head on the backbone, and how the network is trained and tested.</summary>
/// <remarks>
/// Sources of the defaults: the paper's FCN (Wang et al., CVPR 2021, section 4.1) on VOC 2012. Where it says nothing, they are the settings
/// of mmsegmentation, which it used, for FCN-D8 (weight decay, minimum learning rate, dropout, scales, colours, the limit to a class's
/// share of a crop).
/// </remarks>
public record SegmentationOptions
{
    /// <summary>What turns the backbone's maps into the logits of the classes.</summary>
    /// <exception cref="RecipeException">The value has no name.</exception>
    [Later]
    [Option("The head: the paper's FCN, a linear layer, or a Semantic FPN over the four stages, for thin objects.")]
    public HeadKind Head
    {
        get;
        init => field = Allowed.Defined("head", value);
    }

    /// <summary>Input pixels per position of the last feature map, along a side: 8, 16 or 32.</summary>
    /// <remarks>The paper uses 8. 16 costs a third of it, but is worse for thin objects.</remarks>
    /// <exception cref="RecipeException">The value is none of these.</exception>
    public int OutputStride
    {
        get;
        init =>
            field = value is 8 or 16 or 32
                ? value
                : throw new RecipeException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"outputStride is {value}, but must be 8, 16 or 32. Choose 8 as in the paper, or 16 for a third of the time."));
    } = 8;

    /// <summary>
    /// C, the channels of the head's convolutions; a multiple of 64, 64 … 4096. The auxiliary head has half as many, the pyramid of an FPN
    /// twice as many; a linear head has none.
    /// </summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int HeadChannels
    {
        get;
        init =>
            field =
                Allowed.Between("headChannels", value, 64, 4096, "Choose 512 as in the paper, or 128 for one processor.") % 64 == 0
                    ? value
                    : throw new RecipeException(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"headChannels is {value}, but must be a multiple of 64. Choose 512 as in the paper, or 128 for one processor.")
                    );
    } = 512;

    /// <summary>3×3 convolutions of an FCN before the classifier; 1 … 8.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int HeadConvolutions
    {
        get;
        init => field = Allowed.Between("headConvolutions", value, 1, 8, "Choose 2 as in the paper.");
    } = 2;

    /// <summary>
    /// The weight of the loss of an FCN's auxiliary head; 0 … 1; 0: there is no auxiliary head. It is one convolution and a classifier on
    /// the third stage. Other heads have none.
    /// </summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double AuxiliaryWeight
    {
        get;
        init => field = Allowed.Between("auxiliaryWeight", value, 0, 1, "Choose 0.4 as in the paper, or 0 for none.");
    } = 0.4;

    /// <summary>Whether there is an auxiliary head.</summary>
    internal bool HasAuxiliary => Head == HeadKind.Fcn && AuxiliaryWeight > 0;

    /// <summary>The probability that a channel before a classifier is 0 in a step; at least 0, below 1.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double Dropout
    {
        get;
        init => field = Allowed.Between("dropout", value, 0, 1, "Choose 0.1, or 0 for none.", belowHigh: true);
    } = 0.1;

    /// <summary>Whether the backbone is frozen, with its batch norms in evaluation mode, and only the heads are trained.</summary>
    /// <remarks>
    /// It is cheaper, and separates good from bad features most clearly; published figures are those of fine-tuned backbones.
    /// </remarks>
    [Option("Freeze the backbone and train only the heads.")]
    public bool Frozen { get; init; }

    /// <summary>Steps of training; 1 … 10,000,000.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int Steps
    {
        get;
        init =>
            field = Allowed.Between(
                "steps",
                value,
                1,
                10_000_000,
                "Choose 20000 for VOC or 40000 for Cityscapes as in the paper, some hundred for some hundred images.");
    } = 20_000;

    /// <summary>Crops per step; 2 … 1024.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int Batch
    {
        get;
        init => field = Allowed.Between("batch", value, 2, 1024, "Choose 16 as in the paper, or 8 on one processor.");
    } = 16;

    /// <summary>Height of a crop in pixels; 32 … 2048.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int CropHeight
    {
        get;
        init =>
            field = Allowed.Between(
                "cropHeight",
                value,
                32,
                2048,
                "Choose 512 for VOC, 769 for Cityscapes, about three quarters of small images.");
    } = 512;

    /// <summary>Width of a crop in pixels; 32 … 2048.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int CropWidth
    {
        get;
        init =>
            field = Allowed.Between(
                "cropWidth",
                value,
                32,
                2048,
                "Choose 512 for VOC, 769 for Cityscapes, about three quarters of small images.");
    } = 512;

    /// <summary>
    /// The shorter side to which every image is resized, in training (before <see cref="Scale"/>) and test; 32 … 4096; null (<c>as-is</c>):
    /// no image is resized.
    /// </summary>
    /// <remarks>Figures are always computed on the mask at its own size.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [NullWord("as-is")]
    public int? ShortSide
    {
        get;
        init => field = Allowed.Between("shortSide", value, 32, 4096, "Choose 512 for VOC, `as-is` for Cityscapes, 240 for one processor.");
    } = 512;

    /// <summary>The range of the random factor by which an image is scaled before it is cropped; 0.1 ≤ low ≤ high ≤ 10.</summary>
    /// <exception cref="RecipeException">The ends are out of range or out of order.</exception>
    public Interval Scale
    {
        get;
        init => field = Allowed.Within("scale", value, 0.1, 10, "Choose [0.5, 2].");
    } = new(0.5, 2);

    /// <summary>The probability that a crop is mirrored left to right; 0 … 1.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double FlipProbability
    {
        get;
        init => field = Allowed.Between("flipProbability", value, 0, 1, "Choose 0.5, or 0 where left and right differ in meaning.");
    } = 0.5;

    /// <summary>
    /// The largest share of one class among the pixels of a crop that count; above 0, at most 1; 1: any. A crop with a larger share is
    /// drawn again, at most ten times.
    /// </summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double MaxClassShare
    {
        get;
        init => field = Allowed.Between("maxClassShare", value, 0, 1, "Choose 0.75, or 1 for any crop.", aboveLow: true);
    } = 0.75;

    /// <summary>d, how much colours change; 0 … 1; 0: not at all.</summary>
    /// <remarks>
    /// Each with probability ½: brightness by a factor from 1 − d/2 to 1 + d/2, contrast and saturation from 1 − d to 1 + d, the hue turned
    /// by up to d/10 of the circle.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double Distortion
    {
        get;
        init => field = Allowed.Between("distortion", value, 0, 1, "Choose 0.5, or 0 for none.");
    } = 0.5;

    /// <summary>How much a pixel of each class counts in the loss.</summary>
    /// <exception cref="RecipeException">The value has no name.</exception>
    [Later]
    [Option("How much pixels count in the loss: all alike, or those of rare classes more (median frequency balancing).")]
    public ClassWeights ClassWeights
    {
        get;
        init => field = Allowed.Defined("classWeights", value);
    }

    /// <summary>The learning rate of the first step after warm-up; above 0, at most 10.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double LearningRate
    {
        get;
        init => field = Allowed.Between("learningRate", value, 0, 10, "Choose 0.01 as in the paper.", aboveLow: true);
    } = 0.01;

    /// <summary>The factor by which the heads' learning rate is larger; above 0, at most 1000.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double HeadRate
    {
        get;
        init =>
            field = Allowed.Between("headRate", value, 0, 1000, "Choose 1 as in the paper, or up to 10 for short runs.", aboveLow: true);
    } = 1;

    /// <summary>The power p of the schedule: lr = (rate − least) (1 − step / steps)ᵖ + least; 0 … 10.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double Power
    {
        get;
        init => field = Allowed.Between("power", value, 0, 10, "Choose 0.9 as in the paper.");
    } = 0.9;

    /// <summary>The learning rate at the end; 0 … 10, at most <see cref="LearningRate"/>.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double MinLearningRate
    {
        get;
        init => field = Allowed.Between("minLearningRate", value, 0, 10, "Choose 0.0001.");
    } = 1e-4;

    /// <summary>Steps over which the learning rate rises linearly from 0; at least 0.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int WarmupSteps
    {
        get;
        init => field = Allowed.Between("warmupSteps", value, 0, int.MaxValue, "Choose 0 as in the paper.");
    }

    /// <summary>The momentum of gradient descent; at least 0, below 1.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double Momentum
    {
        get;
        init => field = Allowed.Between("momentum", value, 0, 1, "Choose 0.9.", belowHigh: true);
    } = 0.9;

    /// <summary>The share of each weight that is added to its gradient; 0 … 1.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double WeightDecay
    {
        get;
        init => field = Allowed.Between("weightDecay", value, 0, 1, "Choose 0.0005.");
    } = 5e-4;

    /// <summary>How a test image is passed to the network.</summary>
    /// <exception cref="RecipeException">The value has no name.</exception>
    public TestMode Test
    {
        get;
        init => field = Allowed.Defined("test", value);
    }

    /// <summary>
    /// Pixels from one window to the next, for <see cref="TestMode.Slide"/>; 1 … 2048, at most a side of the crop; null (<c>auto</c>): two
    /// thirds of the crop.
    /// </summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [NullWord("auto")]
    public int? SlideStride
    {
        get;
        init => field = Allowed.Between("slideStride", value, 1, 2048, "Choose `auto`, two thirds of a crop.");
    }

    /// <summary>How many of the training images are used, chosen by the seed; at least 1; null (<c>all</c>): all.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [NullWord("all")]
    [Option("Learn from this many of the images, chosen by the seed.", Low = 1)]
    public int? Labelled
    {
        get;
        init =>
            field = Allowed.Between(
                "labelled",
                value,
                1,
                int.MaxValue,
                "Choose `all`, or fewer images to see what pre-training saves in labels.");
    }

    /// <summary>The number type of activations.</summary>
    /// <exception cref="RecipeException">The value has no name.</exception>
    public Precision Precision
    {
        get;
        init => field = Allowed.Defined("precision", value);
    }

    /// <summary>Head, steps and crops in a few words.</summary>
    public string InWords
    {
        get
        {
            string head = Head switch { HeadKind.Fcn => "FCN", HeadKind.Fpn => "Semantic FPN", _ => "Linear layer" };
            return FormattableString.Invariant(
                $"{head} at stride {OutputStride}, {(Frozen ? "frozen backbone, " : "")}{Steps} steps of {Batch} crops of {CropWidth} × {CropHeight}");
        }
    }

    /// <summary>Checks the rules that span several settings.</summary>
    /// <exception cref="RecipeException">Two settings contradict each other; the message gives both values and what to choose.</exception>
    public void Validate()
    {
        if (MinLearningRate > LearningRate)
        {
            throw Refused(
                $"minLearningRate is {MinLearningRate}, above learningRate, {LearningRate}: the rate falls from the one to the other. Choose a hundredth of it."
            );
        }

        if (WarmupSteps >= Steps)
        {
            throw Refused($"warmupSteps is {WarmupSteps}, but there are {Steps} steps: choose less than steps.");
        }

        int smaller = Math.Min(CropHeight, CropWidth);
        if (SlideStride > smaller)
        {
            throw Refused(
                $"slideStride is {SlideStride}, but a crop is {CropHeight} × {CropWidth}: pixels between the windows would be missed. Choose {smaller} or less."
            );
        }

        static RecipeException Refused(FormattableString message) => new(FormattableString.Invariant(message));
    }
}
