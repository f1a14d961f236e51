using DenseCL.Data.Scenes;
using DenseCL.Platform;
using SkiaSharp;

namespace DenseCL.Transfer.Protocols.MatchScore;

/// <summary>
/// Draws matches: two views side by side, with a line from each position to its match, green if it is right and red if it is wrong.
/// </summary>
public static class MatchPicture
{
    private const int Side = 384;           // of a view in the picture, in pixels
    private const int Gap = 24;
    private const int LinesAView = 100;     // more would hide the views

    private static readonly SKColor Right = new(0x1F, 0xC4, 0x4D), Wrong = new(0xF0, 0x3C, 0x3C);

    /// <summary>Writes a PNG with a row for each pair of views.</summary>
    /// <param name="path">The file, which is replaced if it is there.</param>
    /// <param name="pairs">At least one pair.</param>
    /// <remarks>
    /// A position that the second view does not show has no line. On a fine map only every second or third position of a row and column has
    /// one.
    /// </remarks>
    /// <exception cref="ArgumentException">There is no pair, or there are too many for a picture.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<MatchedViews> pairs)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(pairs);
        if (pairs.Count == 0)
        {
            throw new ArgumentException("There is no pair of views to draw.", nameof(pairs));
        }

        using SKSurface surface =
            SKSurface.Create(new SKImageInfo((2 * Side) + (3 * Gap), (pairs.Count * (Side + Gap)) + Gap))
            ?? throw new ArgumentException(
                FormattableString.Invariant($"{pairs.Count} pairs are too many for a picture. Draw fewer."),
                nameof(pairs));
        surface.Canvas.Clear(SKColors.White);
        for (int row = 0; row < pairs.Count; row++)
        {
            Draw(surface.Canvas, pairs[row], Gap + (row * (Side + Gap)));
        }

        using SKImage picture = surface.Snapshot();
        using SKData png = picture.Encode(SKEncodedImageFormat.Png, 100);
        AtomicFile.Replace(path, file => file.Write(png.AsSpan()));
    }

    private static void Draw(SKCanvas canvas, MatchedViews pair, int top)
    {
        DrawView(canvas, pair.First, pair.Size, Gap, top);
        DrawView(canvas, pair.Second, pair.Size, Side + (2 * Gap), top);

        IReadOnlyList<bool?> right = ViewMatching.Verdicts([.. pair.Nearest], pair.FirstCrop, pair.SecondCrop, pair.Side);
        int step = (int)Math.Ceiling(pair.Side / Math.Sqrt(LinesAView));
        using SKPaint paint = new() { IsAntialias = true, StrokeWidth = 1.5f };
        for (int position = 0; position < right.Count; position++)
        {
            if (right[position] is { } isRight && position % pair.Side % step == step / 2 && position / pair.Side % step == step / 2)
            {
                paint.Color = isRight ? Right : Wrong;
                SKPoint from = Centre(position, Gap), to = Centre(pair.Nearest[position], Side + (2 * Gap));
                canvas.DrawLine(from, to, paint);
                canvas.DrawCircle(from, 3, paint);
                canvas.DrawCircle(to, 3, paint);
            }
        }

        SKPoint Centre(long position, int left)
        {
            float cell = (float)Side / pair.Side;
            return new(left + (((position % pair.Side) + 0.5f) * cell), top + (((position / pair.Side) + 0.5f) * cell));
        }
    }

    private static void DrawView(SKCanvas canvas, byte[] pixels, int size, int left, int top)
    {
        using SKBitmap view = ScenePng.Bitmap(pixels, size, size);
        using SKImage image = SKImage.FromBitmap(view);
        canvas.DrawImage(image, new SKRect(left, top, left + Side, top + Side), new SKSamplingOptions(SKFilterMode.Linear));
    }
}
