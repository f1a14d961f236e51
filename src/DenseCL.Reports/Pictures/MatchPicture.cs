using DenseCL.Platform;
using DenseCL.Transfer.Matching;
using DenseCL.Transfer.Protocols.MatchScore;
using SkiaSharp;

namespace DenseCL.Reports.Pictures;

/// <summary>
/// Draws matches: two pictures side by side, with a line from each position to its match. Where the truth is known, a line is green if the
/// match is right and red if it is wrong; otherwise its colour tells where it begins.
/// </summary>
/// <remarks>The file is a PNG, or an SVG that stands alone if its name ends in .svg.</remarks>
public static class MatchPicture
{
    /// <summary>More lines than this hide the pictures: then only every second or third position of a row and column has one.</summary>
    public const int DefaultLines = 100;

    private const int ViewSide = 384, ImageSide = 640;      // in pixels of the picture

    private static readonly SKColor Right = new(0x1F, 0xC4, 0x4D), Wrong = new(0xF0, 0x3C, 0x3C);

    /// <summary>Draws a row for each pair of views.</summary>
    /// <param name="path">The file, which is replaced if it is there.</param>
    /// <param name="pairs">At least one pair.</param>
    /// <param name="lines">The largest number of lines in a row.</param>
    /// <remarks>A position that the second view does not show has no line.</remarks>
    /// <exception cref="ArgumentException">There is no pair, or there are too many for a picture.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<MatchedViews> pairs, int lines = DefaultLines)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        Write(path, Drawing(pairs, lines));
    }

    /// <summary>Draws two images and their matches.</summary>
    /// <param name="path">The file, which is replaced if it is there.</param>
    /// <param name="matches">The images and their matches.</param>
    /// <param name="lines">The largest number of lines.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, ImageMatches matches, int lines = DefaultLines)
    {
        ArgumentNullException.ThrowIfNull(matches);
        Write(path, new MatchDrawing([RowOf(matches, lines)], ImageSide));
    }

    /// <summary>The same picture of views, as a PNG in memory.</summary>
    internal static byte[] Png(IReadOnlyList<MatchedViews> pairs)
    {
        using MemoryStream png = new();
        MatchPng.Write(png, Drawing(pairs, DefaultLines));
        return png.ToArray();
    }

    private static MatchDrawing Drawing(IReadOnlyList<MatchedViews> pairs, int lines) =>
        pairs.Count == 0
            ? throw new ArgumentException("There is no pair of views to draw.", nameof(pairs))
            : new MatchDrawing([.. pairs.Select(pair => RowOf(pair, lines))], ViewSide);

    private static void Write(string path, MatchDrawing drawing)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        bool svg = Path.GetExtension(path).Equals(".svg", StringComparison.OrdinalIgnoreCase);
        AtomicFile.Replace(path, file =>
        {
            if (svg)
            {
                MatchSvg.Write(file, drawing);
            }
            else
            {
                MatchPng.Write(file, drawing);
            }
        }, buffer: 1 << 16);
    }

    private static MatchRow RowOf(MatchedViews pair, int lines)
    {
        MatchedImage first = new("first view", pair.First, pair.Size, pair.Size, pair.Side, pair.Side),
            second = new("second view", pair.Second, pair.Size, pair.Size, pair.Side, pair.Side);
        (PositionMatch Match, bool IsRight)[] visible =
            [.. pair.Matches.Zip(pair.Verdicts).Where(both => both.Second is not null).Select(both => (both.First, both.Second!.Value))];
        int step = Step(visible.Length, pair.Matches.Count, first, lines);
        return new MatchRow(first, second,
        [
            .. visible.Where(both => IsOnGrid(both.Match.From, first, step))
                .Select(both => Line(both.Match, first, second, both.IsRight ? Right : Wrong)),
        ]);
    }

    private static MatchRow RowOf(ImageMatches matches, int lines)
    {
        (MatchedImage first, MatchedImage second) = (matches.First, matches.Second);
        int step = Step(matches.Matches.Count, matches.Matches.Count, first, lines);
        return new MatchRow(first, second,
        [
            .. matches.Matches.Where(match => IsOnGrid(match.From, first, step)).Select(match => Line(match, first, second, ColourOf(match.From, first))),
        ]);
    }

    // Of all positions every step-th of a row and column; where few are left, all of them.
    private static int Step(int visible, int kept, MatchedImage image, int lines)
    {
        int positions = image.Columns * image.Rows;
        return kept < positions && visible <= lines ? 1 : (int)Math.Ceiling(Math.Sqrt((double)positions / lines));
    }

    private static bool IsOnGrid(int position, MatchedImage image, int step) =>
        position % image.Columns % step == step / 2 && position / image.Columns % step == step / 2;

    private static MatchLine Line(PositionMatch match, MatchedImage first, MatchedImage second, SKColor colour) =>
        new(first.CentreOf(match.From), second.CentreOf(match.To), colour, match.Similarity);

    // Neighbours have similar colours: the hue goes from left to right, and the lower, the darker.
    private static SKColor ColourOf(int position, MatchedImage image)
    {
        (double x, double y) = image.CentreOf(position);
        return SKColor.FromHsv((float)(300 * x), 90, (float)(100 - (45 * y)));
    }
}
