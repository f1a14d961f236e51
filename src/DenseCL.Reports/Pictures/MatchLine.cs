using SkiaSharp;

namespace DenseCL.Reports.Pictures;

/// <summary>A line between two pictures.</summary>
/// <param name="From">Its place in the first, as shares of width and height.</param>
/// <param name="To">Its place in the second.</param>
/// <param name="Colour">Its colour.</param>
/// <param name="Similarity">The similarity of its ends.</param>
internal sealed record MatchLine((double X, double Y) From, (double X, double Y) To, SKColor Colour, double Similarity);
