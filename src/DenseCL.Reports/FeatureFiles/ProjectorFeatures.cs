using System.Globalization;
using System.Text;
using DenseCL.Data.Scenes;
using DenseCL.Platform;
using DenseCL.Transfer.Features;
using SkiaSharp;

namespace DenseCL.Reports.FeatureFiles;

/// <summary>
/// A folder for TensorBoard's projector: <c>tensors.tsv</c>, <c>metadata.tsv</c>, <c>projector_config.pbtxt</c>, and for pooled features
/// <c>sprite.png</c> with a small picture of each image.
/// </summary>
internal static class ProjectorFeatures
{
    private const int SpriteSide = 8192;        // the largest that TensorBoard takes

    private static readonly int[] PictureSides = [64, 32, 16];

    public static void Write(string folder, FeatureSet features)
    {
        int picture = features.AreMaps ? 0 : PictureSides.FirstOrDefault(side => Grid(features.Names.Count) * side <= SpriteSide);
        using SKSurface? sprite = picture == 0 ? null : Sprite(Grid(features.Names.Count) * picture, Rows(features.Names.Count) * picture);
        using (StreamWriter tensors = Open(folder, "tensors.tsv"), metadata = Open(folder, "metadata.tsv"))
        {
            metadata.WriteLine(features.AreMaps ? "path\tfolder\trow\tcolumn" : "path\tfolder");
            foreach (SeenImage image in features.Compute("images"))
            {
                WriteVectors(tensors, metadata, image.Features, features.AreMaps);
                if (sprite is not null)
                {
                    Draw(sprite.Canvas, image, (int)features.Images - 1, Grid(features.Names.Count), picture);
                }
            }
        }

        if (sprite is not null)
        {
            using SKImage whole = sprite.Snapshot();
            using SKData png = whole.Encode(SKEncodedImageFormat.Png, 100);
            AtomicFile.Replace(Path.Combine(folder, "sprite.png"), file => file.Write(png.AsSpan()));
        }

        AtomicFile.Replace(Path.Combine(folder, "projector_config.pbtxt"), Configuration(picture));
    }

    /// <summary>
    /// A cell of a TSV. The format has no escapes, and TensorBoard takes every tab and line end as an end: they are written as in C#, and so
    /// is the backslash, so that different names stay different.
    /// </summary>
    internal static string Cell(string text)
    {
        StringBuilder cell = new(text.Length);
        foreach (char letter in text)
        {
            cell.Append(letter switch
            {
                '\t' => "\\t",
                '\n' => "\\n",
                '\r' => "\\r",
                '\\' => "\\\\",
                _ when char.IsControl(letter) || letter is '\u2028' or '\u2029' => FormattableString.Invariant($"\\u{(int)letter:x4}"),
                _ => letter.ToString(),
            });
        }

        return cell.ToString();
    }

    private static StreamWriter Open(string folder, string name) =>
        new(Path.Combine(folder, name), append: false, new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };

    private static void WriteVectors(StreamWriter tensors, StreamWriter metadata, ImageFeatures image, bool areMaps)
    {
        string name = $"{Cell(image.Path)}\t{Cell(ParquetRows.FolderOf(image.Path))}";
        for (int position = 0; position < image.Height * image.Width; position++)
        {
            ReadOnlySpan<float> vector = image.Values.AsSpan(position * image.Channels, image.Channels);
            for (int c = 0; c < vector.Length; c++)
            {
                tensors.Write(c == 0 ? "" : "\t");
                tensors.Write(vector[c].ToString("R", CultureInfo.InvariantCulture));
            }

            tensors.WriteLine();
            metadata.WriteLine(
                areMaps ? FormattableString.Invariant($"{name}\t{position / image.Width}\t{position % image.Width}") : name);
        }
    }

    private static string Configuration(int picture)
    {
        string sprite = picture == 0
            ? ""
            : FormattableString.Invariant(
                $"  sprite {{\n    image_path: \"sprite.png\"\n    single_image_dim: {picture}\n    single_image_dim: {picture}\n  }}\n");
        return $"embeddings {{\n  tensor_name: \"features\"\n  tensor_path: \"tensors.tsv\"\n  metadata_path: \"metadata.tsv\"\n{sprite}}}\n";
    }

    private static int Grid(int images) => (int)Math.Ceiling(Math.Sqrt(images));

    private static int Rows(int images) => (images + Grid(images) - 1) / Grid(images);

    private static SKSurface Sprite(int width, int height)
    {
        SKSurface sprite = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgb888x, SKAlphaType.Opaque));
        sprite.Canvas.Clear(SKColors.White);
        return sprite;
    }

    private static void Draw(SKCanvas canvas, SeenImage image, int index, int grid, int side)
    {
        using SKBitmap pixels = ScenePng.Bitmap(image.Pixels, image.Width, image.Height);
        using SKImage picture = SKImage.FromBitmap(pixels);
        SKRect place = SKRect.Create(index % grid * side, index / grid * side, side, side);
        canvas.DrawImage(picture, place, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
    }
}
