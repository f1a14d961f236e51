using System.Text;
using DenseCL.Data.Scenes;
using DenseCL.Reports.Pictures;
using DenseCL.Transfer.Features;
using SkiaSharp;

namespace DenseCL.Reports.FeatureFiles;

/// <summary>
/// A folder with a PNG for each image, of the size that the network saw: the colours of its map. <c>index.jsonl</c> says which picture is
/// whose. The images are computed twice, first to fit the components to all of them.
/// </summary>
internal static class PcaPictures
{
    private const int LongestName = 60;

    public static void Write(string folder, FeatureSet features)
    {
        FeatureColours colours = FeatureColours.Fit(features.Compute("fit").Select(image => image.Features));
        using FileStream file = new(Path.Combine(folder, "index.jsonl"), FileMode.CreateNew);
        FeatureIndex index = new(file);
        foreach (SeenImage image in features.Compute("pictures"))
        {
            string picture = FormattableString.Invariant($"{features.Images:D6}-{Plain(image.Features.Path)}.png");
            index.Add(new { path = image.Features.Path, picture });
            Draw(Path.Combine(folder, picture), colours.Of(image.Features), image);
        }
    }

    /// <summary>The last part of a path, as every file system takes it.</summary>
    internal static string Plain(string path)
    {
        StringBuilder name = new();
        foreach (char letter in path[(path.LastIndexOf('/') + 1)..].Take(LongestName))
        {
            name.Append(char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' ? letter : '_');
        }

        return name.ToString();
    }

    private static void Draw(string path, byte[] colours, SeenImage image)
    {
        (int height, int width) = (image.Features.Height, image.Features.Width);
        using SKBitmap map = ScenePng.Bitmap(colours, width, height);
        using SKBitmap enlarged = map.Resize(new SKSizeI(image.Width, image.Height), new SKSamplingOptions(SKFilterMode.Nearest));
        using SKData png = enlarged.Encode(SKEncodedImageFormat.Png, 100);
        using FileStream file = new(path, FileMode.CreateNew);
        file.Write(png.AsSpan());
    }
}
