using DenseCL.Transfer.Matching;
using SkiaSharp;

namespace DenseCL.Reports.Pictures;

/// <summary>What a picture of matches shows, and where; <see cref="MatchPng"/> and <see cref="MatchSvg"/> draw it.</summary>
internal sealed class MatchDrawing
{
    private const float Gap = 24;

    private readonly List<(MatchRow Row, SKRect Left, SKRect Right)> rows = [];

    /// <summary>Places pictures and lines.</summary>
    /// <param name="rows">At least one.</param>
    /// <param name="side">The longer side of each picture.</param>
    public MatchDrawing(IReadOnlyList<MatchRow> rows, float side)
    {
        float left = rows.Max(row => Sized(row.First).Width), top = Gap;
        foreach (MatchRow row in rows)
        {
            (SKSize first, SKSize second) = (Sized(row.First), Sized(row.Second));
            this.rows.Add((
                row,
                SKRect.Create(Gap, top, first.Width, first.Height),
                SKRect.Create(left + (2 * Gap), top, second.Width, second.Height)));
            top += Math.Max(first.Height, second.Height) + Gap;
        }

        (Width, Height) = ((int)(left + rows.Max(row => Sized(row.Second).Width) + (3 * Gap)), (int)top);

        SKSize Sized(MatchedImage image)
        {
            float scale = side / Math.Max(image.Width, image.Height);
            return new SKSize(MathF.Round(image.Width * scale), MathF.Round(image.Height * scale));
        }
    }

    /// <summary>The width of the picture in pixels.</summary>
    public int Width { get; }

    /// <summary>The height of the picture in pixels.</summary>
    public int Height { get; }

    /// <summary>The pictures and their places.</summary>
    public IEnumerable<(MatchedImage Image, SKRect Place)> Images =>
        rows.SelectMany(row => new[] { (row.Row.First, row.Left), (row.Row.Second, row.Right) });

    /// <summary>The lines, from end to end.</summary>
    public IEnumerable<(MatchLine Line, SKPoint From, SKPoint To)> Lines =>
        rows.SelectMany(row => row.Row.Lines.Select(line => (line, At(row.Left, line.From), At(row.Right, line.To))));

    private static SKPoint At(SKRect place, (double X, double Y) share) =>
        new(place.Left + (float)(share.X * place.Width), place.Top + (float)(share.Y * place.Height));
}
