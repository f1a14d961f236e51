using DenseCL.Models.Backbones;
using DenseCL.Recipes;

namespace DenseCL.Transfer.Protocols.MatchScore;

/// <summary>Which views a match score is taken of, and how fine the map is.</summary>
public sealed record MatchScoreOptions
{
    /// <summary>The side of a view in pixels, 64 … 1024. Default 224.</summary>
    public int Size
    {
        get;
        init => field = value is >= 64 and <= 1024
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Size must be 64 … 1024 pixels; 224 is the default.");
    } = 224;

    /// <summary>Input pixels for each position of the feature map, along a side: 8, 16 or 32. Default 16.</summary>
    /// <remarks>A finer map makes "within one position" a smaller place: figures of different strides or sizes cannot be compared.</remarks>
    public int Stride
    {
        get;
        init => field = value is 8 or 16 or Backbone.Stride
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The stride must be 8, 16 or 32.");
    } = 16;

    /// <summary>Pairs of views of each image, 1 … 1,000. Default 2.</summary>
    /// <remarks>More images tell more than more pairs of the same ones.</remarks>
    public int Pairs
    {
        get;
        init => field = value is >= 1 and <= 1000
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Pairs must be 1 … 1,000; 2 is the default.");
    } = 2;

    /// <summary>Images that are looked at, at most, spread evenly over all; 1 … 1,000,000. Default 200.</summary>
    public int Limit
    {
        get;
        init => field = value is >= 1 and <= 1_000_000
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The limit must be 1 … 1,000,000 images; 200 is the default.");
    } = 200;

    /// <summary>The numbers that features are computed with.</summary>
    public Precision Precision { get; init; }
}
