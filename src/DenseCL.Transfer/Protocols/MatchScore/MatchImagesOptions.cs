using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Protocols.MatchScore;

/// <summary>Which images a match score is taken of.</summary>
internal sealed record MatchImagesOptions
{
    /// <summary>Where they are, for a file whose other evaluations are made on other data; null for the data that was given.</summary>
    public string? Images { get; init; }

    /// <summary>The split of a folder of images and masks; null for the one that it is usually measured on, or the only one.</summary>
    [Option("The split of a folder of images and masks. Default: the one that it is usually measured on.", Placeholder = "SPLIT")]
    public string? TestSplit { get; init; }
}
