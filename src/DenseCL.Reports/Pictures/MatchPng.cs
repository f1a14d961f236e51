using DenseCL.Data.Scenes;
using SkiaSharp;

namespace DenseCL.Reports.Pictures;

/// <summary>Draws matches as a PNG.</summary>
internal static class MatchPng
{
    public static void Write(Stream file, MatchDrawing drawing)
    {
        using SKSurface surface = SKSurface.Create(new SKImageInfo(drawing.Width, drawing.Height))
            ?? throw new ArgumentException(
                FormattableString.Invariant($"A picture of {drawing.Width} × {drawing.Height} pixels is too large. Draw fewer pairs."),
                nameof(drawing));
        surface.Canvas.Clear(SKColors.White);
        foreach ((Transfer.Matching.MatchedImage image, SKRect place) in drawing.Images)
        {
            using SKBitmap pixels = ScenePng.Bitmap(image.Pixels, image.Width, image.Height);
            using SKImage picture = SKImage.FromBitmap(pixels);
            surface.Canvas.DrawImage(picture, place, new SKSamplingOptions(SKFilterMode.Linear));
        }

        using SKPaint paint = new() { IsAntialias = true, StrokeWidth = 1.5f };
        foreach ((MatchLine line, SKPoint from, SKPoint to) in drawing.Lines)
        {
            paint.Color = line.Colour;
            surface.Canvas.DrawLine(from, to, paint);
            surface.Canvas.DrawCircle(from, 3, paint);
            surface.Canvas.DrawCircle(to, 3, paint);
        }

        using SKImage whole = surface.Snapshot();
        using SKData png = whole.Encode(SKEncodedImageFormat.Png, 100);
        file.Write(png.AsSpan());
    }
}
