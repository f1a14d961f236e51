using DenseCL.Platform;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Options;
using DenseCL.Transfer.Solvers;

namespace DenseCL.Transfer.Protocols.DenseProbe;

/// <summary>The settings of the dense probe.</summary>
public sealed record DenseProbeOptions
{
    /// <summary>Input pixels per position of the feature map, along a side: 8, 16 or 32. Default 8.</summary>
    /// <remarks>A finer map shows more of what the features know about places; 8 costs about five times the arithmetic of 32.</remarks>
    [Option("Pixels per position of the map. 8 shows most and takes longest.", OneOf = [8, 16, 32])]
    public int Stride
    {
        get;
        init => field = this.Checked(value);
    } = 8;

    /// <summary>Whether the maps of all four stages are used, averaged to one size, or only the last one.</summary>
    [Option("The maps that are used: that of the last stage, or all four.", Name = "stages", Words = ["last", "all"])]
    public bool AllStages { get; init; }

    /// <summary>
    /// The shorter side that images are resized to, in pixels, 32 … 4096; null for images as they are. Masks are not resized.
    /// </summary>
    [NullWord("as-is")]
    [Option("Resize images so that their shorter side has this many pixels.", Low = 32, High = 4096, Placeholder = "PIXELS")]
    public int? ShortSide
    {
        get;
        init => field = this.Checked(value);
    }

    /// <summary>How many of the training images are used, chosen by the seed; at least 1; null for all.</summary>
    [NullWord("all")]
    [Option("Learn from this many of the images, chosen by the seed.", Low = 1)]
    public int? Labelled
    {
        get;
        init => field = this.Checked(value);
    }

    /// <summary>Total number of positions to learn from, 1,000 … 100,000,000, equally many from each image. Default 100,000.</summary>
    /// <remarks>
    /// Each takes 4 bytes per channel. Neighbouring positions contain much the same information: more take longer and change little.
    /// </remarks>
    [Option("Learn from this many positions in all.", Low = 1000, High = 100_000_000)]
    public int Positions
    {
        get;
        init => field = this.Checked(value);
    } = 100_000;

    /// <summary>Penalty and stopping of the classifier.</summary>
    public LogisticRegressionOptions Probe { get; init; } = new();

    /// <summary>The number type with which features are computed.</summary>
    [Option("The number type of the features; auto is bf16 if the processor multiplies it natively.")]
    public Precision Precision { get; init; }
}
