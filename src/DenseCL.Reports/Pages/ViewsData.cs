namespace DenseCL.Reports.Pages;

/// <summary>Pairs of views and their matches.</summary>
/// <param name="Networks">The names of the networks.</param>
/// <param name="Side">S: each view has S × S positions.</param>
/// <param name="Pairs">The pairs.</param>
internal sealed record ViewsData(IReadOnlyList<string> Networks, int Side, IReadOnlyList<ViewsData.Pair> Pairs)
{
    /// <summary>Two views of an image.</summary>
    /// <param name="Name">The image.</param>
    /// <param name="First">The query view, a JPEG.</param>
    /// <param name="Second">The key view, a JPEG.</param>
    /// <param name="Matches">By each network.</param>
    internal sealed record Pair(string Name, byte[] First, byte[] Second, IReadOnlyList<PairMatches> Matches);

    /// <summary>The match of each of the S² positions of the first view, row by row.</summary>
    /// <param name="To">The position in the second view.</param>
    /// <param name="Similarity">The cosine of their vectors.</param>
    /// <param name="Mutual">1 if each is the nearest of the other, otherwise 0.</param>
    /// <param name="Right">1 if the match is within one position of the true place, 0 if not, −1 if the second view does not show that
    /// place.</param>
    internal sealed record PairMatches(
        IReadOnlyList<int> To, IReadOnlyList<double> Similarity, IReadOnlyList<int> Mutual, IReadOnlyList<int> Right);
}
