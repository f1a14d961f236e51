using DenseCL.Platform;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Features;

/// <summary>How whole images become feature maps.</summary>
public sealed record FeatureMapOptions
{
    /// <summary>Input pixels per position of the feature map, along a side: 8, 16 or 32. Default 16.</summary>
    /// <remarks>Strides become dilation: a finer map has the same values at the positions of the coarser one.</remarks>
    [Option("Pixels per position of the map. 8 shows most and takes longest.", OneOf = [8, 16, 32])]
    public int Stride
    {
        get;
        init => field = this.Checked(value);
    } = 16;

    /// <summary>Whether the maps of all four stages are used, averaged to one size, or only the last one.</summary>
    [Option("The maps that are used: that of the last stage, or all four.", Name = "stages", Words = ["last", "all"])]
    public bool AllStages { get; init; }

    /// <summary>
    /// The shorter side that images are resized to, in pixels, 32 … 4096; null for images as they are. Default 448.
    /// </summary>
    /// <remarks>Memory grows with the area: a photograph of 12 million pixels as it is needs several gigabytes.</remarks>
    [NullWord("as-is")]
    [Option("Resize images so that their shorter side has this many pixels, or as-is.", Low = 32, High = 4096, Placeholder = "PIXELS")]
    public int? ShortSide
    {
        get;
        init => field = this.Checked(value);
    } = 448;

    /// <summary>The number type with which features are computed.</summary>
    [Option("The number type of the features; auto is bf16 if the processor multiplies it natively.")]
    public Precision Precision { get; init; }
}
