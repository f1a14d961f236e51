using DenseCL.Platform;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Options;
using DenseCL.Transfer.Solvers;

namespace DenseCL.Transfer.Protocols.DenseProbe;

/// <summary>What the dense probe looks at.</summary>
public sealed record DenseProbeOptions
{
    /// <summary>Input pixels for each position of the feature map, along a side: 8, 16 or 32. Default 8.</summary>
    /// <remarks>A finer map shows more of what the features know about places; 8 costs about five times the arithmetic of 32.</remarks>
    [Option("Pixels for each position of the map. 8 shows most and takes longest.", OneOf = [8, 16, 32])]
    public int Stride
    {
        get;
        init => field = this.Checked(value);
    } = 8;

    /// <summary>Whether the maps of all four stages are looked at, brought to one size by averaging, or the last alone.</summary>
    [Option("The maps that are looked at: of the last stage, or of all four.", Name = "stages", Words = ["last", "all"])]
    public bool AllStages { get; init; }

    /// <summary>
    /// The shorter side that images are resized to, in pixels, 32 … 4096; null for images as they are. Masks are not resized.
    /// </summary>
    [NullWord("as-is")]
    [Option("Resize images so that their shorter side has so many pixels.", Low = 32, High = 4096, Placeholder = "PIXELS")]
    public int? ShortSide
    {
        get;
        init => field = this.Checked(value);
    }

    /// <summary>How many of the images to learn from are used, chosen by the seed; null for all.</summary>
    [NullWord("all")]
    [Option("Learn from so many of the images, chosen by the seed.")]
    public int? Labelled { get; init; }

    /// <summary>Positions to learn from in all, 1,000 … 100,000,000, as many from each image. Default 100,000.</summary>
    /// <remarks>Each takes 4 bytes a channel. Neighbouring positions tell much the same: more take longer and change little.</remarks>
    [Option("Learn from so many positions in all.", Low = 1000, High = 100_000_000)]
    public int Positions
    {
        get;
        init => field = this.Checked(value);
    } = 100_000;

    /// <summary>Penalty and stopping of the classifier.</summary>
    public LogisticRegressionOptions Probe { get; init; } = new();

    /// <summary>The numbers that features are computed with.</summary>
    [Option("The numbers that features are computed with; auto is bf16 where the processor multiplies it.")]
    public Precision Precision { get; init; }
}
