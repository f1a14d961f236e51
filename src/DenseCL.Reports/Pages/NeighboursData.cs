namespace DenseCL.Reports.Pages;

/// <summary>The nearest neighbours of some images.</summary>
/// <param name="Networks">The names of the networks.</param>
/// <param name="Among">How many images were searched.</param>
/// <param name="Pictures">A small JPEG of each image that is named.</param>
/// <param name="Queries">For each network its queries.</param>
internal sealed record NeighboursData(
    IReadOnlyList<string> Networks,
    int Among,
    IReadOnlyDictionary<string, byte[]> Pictures,
    IReadOnlyList<IReadOnlyList<NeighboursData.Query>> Queries)
{
    /// <summary>An image and its nearest neighbours.</summary>
    /// <param name="Image">The image.</param>
    /// <param name="Nearest">The others, the nearest first.</param>
    /// <param name="Similarity">The cosine of each.</param>
    internal sealed record Query(string Image, IReadOnlyList<string> Nearest, IReadOnlyList<double> Similarity);
}
