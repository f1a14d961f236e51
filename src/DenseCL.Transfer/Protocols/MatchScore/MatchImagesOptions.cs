using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Protocols.MatchScore;

/// <summary>The images for a match score.</summary>
internal sealed record MatchImagesOptions
{
    /// <summary>Their path, for a file whose other evaluations use other data; null for the given data.</summary>
    public string? Images { get; init; }

    /// <summary>The split of a folder of images and masks; null for the one that is usually used for testing, or the only one.</summary>
    [Option("The split of a folder of images and masks. Default: the one that is usually used for testing.", Placeholder = "SPLIT")]
    public string? TestSplit { get; init; }
}
