using DenseCL.Transfer.Labelled.Masks;
using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Labelled;

/// <summary>Which labelled images to use.</summary>
public sealed record SegmentationDataOptions
{
    /// <summary>The layout of the folder.</summary>
    [Option("The layout of the folder; auto detects it.", Placeholder = "LAYOUT")]
    public SegmentationLayout Layout { get; init; }

    /// <summary>The split to learn from; null for the layout's own (VOC trainaug or train, otherwise train).</summary>
    [Option("The split to learn from. Default: the data set's own (train; for VOC trainaug if it exists).", Placeholder = "SPLIT")]
    public string? TrainSplit { get; init; }

    /// <summary>
    /// The split to measure on; null for the layout's own (CamVid test; VOC, Cityscapes and COCO val; otherwise test or val).
    /// </summary>
    /// <remarks>Choose settings on val, and look at test once.</remarks>
    [Option(
        "The split to measure on. Default: the data set's own (test of CamVid, val elsewhere). "
        + "Choose settings on val, and look at test once.",
        Placeholder = "SPLIT")]
    public string? TestSplit { get; init; }

    /// <summary>Another folder to measure on, in any layout; null for a split of the same folder.</summary>
    [Option("Another folder to measure on, with the same classes.", Name = "testData", Placeholder = "DIR")]
    public string? TestFolder { get; init; }

    /// <summary>
    /// A text file with the classes, in place of the data set's own: a name on each line, in the order of the values 0, 1, … in the masks;
    /// or on each line a value or a colour and a name. Null for the data set's own.
    /// </summary>
    /// <remarks>Lines with the same name are one class. The name <c>ignore</c> means that pixels with the value do not count.</remarks>
    [Option(
        "A text file with a class on each line: its name, or a value or colour in the masks and its name. "
        + "Default: classes.txt in the folder, or the classes of the data set.",
        Placeholder = "FILE")]
    public string? Classes { get; init; }

    /// <summary>
    /// The class of each value in the masks, in place of the data set's own: <c>255=1</c>, <c>255,0,0=2</c>, <c>#ff0000=2</c>, or
    /// <c>7=ignore</c>. A value without a class is then an error. If no value has class 0, the value 0 has.
    /// </summary>
    /// <exception cref="ArgumentException">An entry is not valid.</exception>
    [Option(
        "The class of a value in the masks, such as 255=1, or of a colour, such as 255,0,0=2; =ignore if it does not count; "
        + "may be given several times. 0 stays class 0 if no other value has it, and any other value is then an error.",
        Placeholder = "VALUE=CLASS",
        CanBeEmpty = true)]
    public IReadOnlyList<string> Map
    {
        get;
        init
        {
            _ = ClassList.Parse(value);
            field = value;
        }
    } = [];

    /// <summary>Whether images without a mask are left out; they are refused otherwise.</summary>
    [Option("Leave out images without a mask; otherwise they are an error.")]
    public bool LabelledOnly { get; init; }

    /// <summary>
    /// The share of the images of a folder without splits that is held out to measure on, chosen by the seed; above 0, at most 0.9; null
    /// for none. <see cref="SegmentationFolds"/> opens such a folder.
    /// </summary>
    [Option(
        "For a folder without splits: measure on this share of the images, chosen by the seed, and learn from the others.",
        Low = 0,
        High = 0.9,
        AboveLow = true,
        Placeholder = "SHARE")]
    public double? HoldOut
    {
        get;
        init => field = this.Checked(value);
    }

    /// <summary>
    /// In how many parts the images of a folder without splits are divided by the seed; each part is measured on once, with what is learned
    /// from the others. 2 … 100; null for none. <see cref="SegmentationFolds"/> opens such a folder.
    /// </summary>
    [Option(
        "For a folder without splits: divide the images into this many parts by the seed and measure on each in turn, "
        + "learning from the others. Figures are the means.",
        Low = 2,
        High = 100)]
    public int? Folds
    {
        get;
        init => field = this.Checked(value);
    }

    /// <summary>Mask values that do not count, in addition to 255 and the layout's own.</summary>
    [Option(
        "Mask values that do not count, in addition to 255; may be given several times.",
        Low = 0,
        High = 255,
        Placeholder = "0…255",
        CanBeEmpty = true)]
    public IReadOnlyList<byte> Ignore { get; init; } = [];

    /// <summary>Whether a class may be without a single pixel in the training images.</summary>
    [Option("Continue even if a class has no pixel to learn from.")]
    public bool AllowEmptyClasses { get; init; }
}
