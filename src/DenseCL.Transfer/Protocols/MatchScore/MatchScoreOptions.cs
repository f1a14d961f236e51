using DenseCL.Platform;
using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Protocols.MatchScore;

/// <summary>The views for a match score, and the resolution of the map.</summary>
public sealed record MatchScoreOptions
{
    /// <summary>The side of a view in pixels, 64 … 1024. Default 224.</summary>
    [Option("The side of a view in pixels.", Low = 64, High = 1024, Placeholder = "PIXELS")]
    public int Size
    {
        get;
        init => field = this.Checked(value);
    } = 224;

    /// <summary>Input pixels per position of the feature map, along a side: 8, 16 or 32. Default 16.</summary>
    /// <remarks>
    /// On a finer map, "within one position" is a smaller area: figures with different strides or sizes cannot be compared.
    /// </remarks>
    [Option("Pixels per position of the map.", OneOf = [8, 16, 32])]
    public int Stride
    {
        get;
        init => field = this.Checked(value);
    } = 16;

    /// <summary>Pairs of views per image, 1 … 1,000. Default 2.</summary>
    /// <remarks>More images give more information than more pairs of the same ones.</remarks>
    [Option("Pairs of views per image.", Low = 1, High = 1000)]
    public int Pairs
    {
        get;
        init => field = this.Checked(value);
    } = 2;

    /// <summary>Maximum number of images, spread evenly over all; 1 … 1,000,000. Default 200.</summary>
    [Option("Use at most this many images, spread evenly over all.", Low = 1, High = 1_000_000)]
    public int Limit
    {
        get;
        init => field = this.Checked(value);
    } = 200;

    /// <summary>The number type with which features are computed.</summary>
    [Option("The number type of the features; auto is bf16 if the processor multiplies it natively.")]
    public Precision Precision { get; init; }
}
