using DenseCL.Transfer.Matching;

namespace DenseCL.Reports.Pictures;

/// <summary>Two pictures side by side.</summary>
/// <param name="First">On the left.</param>
/// <param name="Second">On the right.</param>
/// <param name="Lines">From the first to the second.</param>
internal sealed record MatchRow(MatchedImage First, MatchedImage Second, IReadOnlyList<MatchLine> Lines);
