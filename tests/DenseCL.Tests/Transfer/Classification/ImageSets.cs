using DenseCL.Tests.Data;
using SkiaSharp;

namespace DenseCL.Tests.Transfer.Classification;

/// <summary>Small data sets whose classes are colours, so that any network tells them apart.</summary>
internal static class ImageSets
{
    private static readonly SKColor[] Colours = [SKColors.Red, SKColors.Lime, SKColors.Blue];

    /// <summary>train/ and val/ with a folder for each of three classes.</summary>
    public static void Folders(TemporaryImages folder, int train = 6, int test = 2)
    {
        for (int i = 0; i < 3 * (train + test); i++)
        {
            Picture(folder, FormattableString.Invariant($"{(i < 3 * train ? "train" : "val")}/{"abc"[i % 3]}/{i:D3}.png"), i % 3, i);
        }
    }

    /// <summary>
    /// VOC2007/ with trainval and test of three classes; image n shows class n mod 3, and every fifth has it labelled difficult.
    /// </summary>
    public static void Voc(TemporaryImages folder, int train = 12, int test = 6)
    {
        foreach ((string part, int first, int count) in new[] { ("trainval", 0, train), ("test", train, test) })
        {
            folder.Text(
                $"VOC2007/ImageSets/Main/{part}.txt",
                string.Concat(Enumerable.Range(first, count).Select(n => FormattableString.Invariant($"{n:D6}\n"))));
            for (int k = 0; k < 3; k++)
            {
                folder.Text(
                    $"VOC2007/ImageSets/Main/{"abc"[k]}_{part}.txt",
                    string.Concat(
                        Enumerable
                            .Range(first, count)
                            .Select(n => FormattableString.Invariant($"{n:D6} {(n % 3 != k ? "-1" : n % 5 == 4 ? " 0" : " 1")}\n"))));
            }

            for (int n = first; n < first + count; n++)
            {
                Picture(folder, FormattableString.Invariant($"VOC2007/JPEGImages/{n:D6}.jpg"), n % 3, n);
            }
        }
    }

    private static void Picture(TemporaryImages folder, string name, int colour, int seed)
    {
        Random random = new(seed);
        using SKBitmap bitmap = new(36 + random.Next(12), 36 + random.Next(12));
        using (SKCanvas canvas = new(bitmap))
        {
            canvas.Clear(Colours[colour]);
            for (int i = 0; i < 4; i++)
            {
                using SKPaint paint = new() { Color = new SKColor((uint)random.NextInt64(1L << 24) | 0xFF000000) };
                canvas.DrawRect(random.Next(30), random.Next(30), 6, 6, paint);
            }
        }

        using SKData data = bitmap.Encode(
            name.EndsWith(".png", StringComparison.Ordinal) ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg,
            95);
        folder.Write(name, data.ToArray());
    }
}
