using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Solvers;

namespace DenseCL.Transfer.Protocols.DenseProbe;

/// <summary>What the dense probe looks at.</summary>
public sealed record DenseProbeOptions
{
    /// <summary>Input pixels for each position of the feature map, along a side: 8, 16 or 32. Default 8.</summary>
    /// <remarks>A finer map shows more of what the features know about places; 8 costs about five times the arithmetic of 32.</remarks>
    public int Stride
    {
        get;
        init => field = value is 8 or 16 or Backbone.Stride
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The stride must be 8, 16 or 32.");
    } = 8;

    /// <summary>Whether the maps of all four stages are looked at, brought to one size by averaging, or the last alone.</summary>
    public bool AllStages { get; init; }

    /// <summary>The shorter side that images are resized to, in pixels, 32 … 4096; null for images as they are. Masks are not resized.</summary>
    [NullWord("as-is")]
    public int? ShortSide
    {
        get;
        init => field = value is null or (>= 32 and <= 4096)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The short side must be 32 … 4096 pixels.");
    }

    /// <summary>How many of the images to learn from are used, chosen by the seed; null for all.</summary>
    [NullWord("all")]
    public int? Labelled { get; init; }

    /// <summary>Positions to learn from in all, 1,000 … 100,000,000, as many from each image. Default 100,000.</summary>
    /// <remarks>Each takes 4 bytes a channel. Neighbouring positions tell much the same: more take longer and change little.</remarks>
    public int Positions
    {
        get;
        init => field = value is >= 1000 and <= 100_000_000
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Positions must be 1,000 … 100,000,000; 100,000 is the default.");
    } = 100_000;

    /// <summary>Penalty and stopping of the classifier.</summary>
    public LogisticRegressionOptions Probe { get; init; } = new();

    /// <summary>The numbers that features are computed with.</summary>
    public Precision Precision { get; init; }
}
