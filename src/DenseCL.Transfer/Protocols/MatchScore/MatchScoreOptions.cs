using DenseCL.Platform;
using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Protocols.MatchScore;

/// <summary>Which views a match score is taken of, and how fine the map is.</summary>
public sealed record MatchScoreOptions
{
    /// <summary>The side of a view in pixels, 64 … 1024. Default 224.</summary>
    [Option("The side of a view in pixels.", Low = 64, High = 1024, Placeholder = "PIXELS")]
    public int Size
    {
        get;
        init => field = this.Checked(value);
    } = 224;

    /// <summary>Input pixels for each position of the feature map, along a side: 8, 16 or 32. Default 16.</summary>
    /// <remarks>A finer map makes "within one position" a smaller place: figures of different strides or sizes cannot be
    /// compared.</remarks>
    [Option("Pixels for each position of the map.", OneOf = [8, 16, 32])]
    public int Stride
    {
        get;
        init => field = this.Checked(value);
    } = 16;

    /// <summary>Pairs of views of each image, 1 … 1,000. Default 2.</summary>
    /// <remarks>More images tell more than more pairs of the same ones.</remarks>
    [Option("Pairs of views of each image.", Low = 1, High = 1000)]
    public int Pairs
    {
        get;
        init => field = this.Checked(value);
    } = 2;

    /// <summary>Images that are looked at, at most, spread evenly over all; 1 … 1,000,000. Default 200.</summary>
    [Option("Look at so many images at most, spread evenly over all.", Low = 1, High = 1_000_000)]
    public int Limit
    {
        get;
        init => field = this.Checked(value);
    } = 200;

    /// <summary>The numbers that features are computed with.</summary>
    [Option("The numbers that features are computed with; auto is bf16 where the processor multiplies it.")]
    public Precision Precision { get; init; }
}
