using DenseCL.Data;
using DenseCL.Images;
using DenseCL.Images.Png;
using DenseCL.Images.Rows;
using DenseCL.Platform;
using DenseCL.Transfer.Segmentation.Models;

namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>
/// Writes the files of predictions. Each file appears when it is complete:
/// masks/NAME.png, overlays/NAME.png, confidence/NAME.png, classes.txt, areas.csv, areas.json, polygons.json.
/// </summary>
internal sealed class PredictionWriter : IDisposable
{
    private readonly string root;
    private readonly SegmentationModel model;
    private readonly PredictionOptions options;
    private readonly List<PredictedImage> images = [];
    private readonly CocoPolygons? polygons;
    private readonly byte[] palette;

    /// <param name="root">The folder, which exists.</param>
    /// <param name="model">Classes and colours.</param>
    /// <param name="options">What is written.</param>
    public PredictionWriter(string root, SegmentationModel model, PredictionOptions options)
    {
        (this.root, this.model, this.options) = (root, model, options);
        polygons = options.Polygons ? new CocoPolygons(Path.Combine(root, "polygons.json"), model.ClassNames) : null;
        palette = [.. Enumerable.Range(0, model.ClassNames.Count).SelectMany(k => { (byte r, byte g, byte b) = SegmentationColours.Of(k); return new[] { r, g, b }; })];
    }

    /// <summary>The images so far.</summary>
    public IReadOnlyList<PredictedImage> Images => images;

    /// <summary>Predicts an image and writes its files.</summary>
    /// <exception cref="ImageException">The image is damaged; none of its files is there.</exception>
    public void Write(string name, string path, RowImage image, ImagePrediction prediction, Action<double> progress, CancellationToken stop)
    {
        string mask = Place("masks", name), overlay = Place("overlays", name), confidence = Place("confidence", name);
        long[] pixels = new long[model.ClassNames.Count];
        byte[] whole = polygons is null ? [] : new byte[checked(image.Width * image.Height)];
        Made(mask, masks =>
        {
            if (!options.Confidence)
            {
                Predict(masks, null);
                return;
            }

            Made(confidence, sure =>
            {
                using PngRowWriter levels = PngRowWriter.Grey(sure, image.Width, image.Height);
                Predict(masks, levels);
                levels.End();
            });
        });
        try
        {
            if (!options.NoOverlays)
            {
                Overlay(image, mask, overlay, stop);
            }

            polygons?.Add(Relative(path, name), image.Width, image.Height, whole);
        }
        catch
        {
            File.Delete(mask);
            File.Delete(confidence);
            File.Delete(overlay);
            throw;
        }

        images.Add(new PredictedImage(name, path, image.Width, image.Height, pixels));

        void Predict(Stream file, PngRowWriter? sure)
        {
            using PngRowWriter numbers = PngRowWriter.Palette(file, image.Width, image.Height, palette);
            prediction.Run(
                image,
                (first, classes, confidence) =>
                {
                    for (int at = 0; at < classes.Length; at += image.Width)
                    {
                        numbers.Write(classes.Slice(at, image.Width));
                        sure?.Write(confidence.Slice(at, image.Width));
                    }

                    foreach (byte found in classes)
                    {
                        pixels[found]++;
                    }

                    if (polygons is not null)
                    {
                        classes.CopyTo(whole.AsSpan(first * image.Width));
                    }
                },
                progress,
                stop);
            numbers.End();
        }
    }

    /// <summary>Writes the files about all images.</summary>
    public void End()
    {
        AtomicFile.Replace(Path.Combine(root, "classes.txt"), string.Concat(model.ClassNames.Select(name => name + "\n")));
        ClassAreas.Write(root, model.ClassNames, images);
        polygons?.End();
    }

    /// <inheritdoc/>
    public void Dispose() => polygons?.Dispose();

    /// <summary>The image is read a second time, beside its mask: neither needs to fit into memory.</summary>
    private static void Overlay(RowImage image, string mask, string overlay, CancellationToken stop)
    {
        using PixelRows rows = image.Rows();
        using PixelRows classes = PngRows.Open(mask, 1, [], numbers: true)!;
        byte[] pixels = new byte[rows.RowBytes], numbers = new byte[image.Width];
        Made(overlay, file =>
        {
            using PngRowWriter drawn = PngRowWriter.Rgb(file, image.Width, image.Height);
            for (int y = 0; y < image.Height; y++)
            {
                stop.ThrowIfCancellationRequested();
                rows.Read(pixels);
                classes.Read(numbers);
                byte[] shown = RgbImage.Shown(pixels, rows.Channels);
                SegmentationColours.Draw(shown, numbers);
                drawn.Write(shown);
            }

            drawn.End();
        });
    }

    private static void Made(string path, Action<Stream> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Replace(path, write, buffer: 1 << 16);
    }

    private static string Relative(string path, string name) => name + (Path.GetExtension(path) is var ending && name.EndsWith(ending, StringComparison.Ordinal) ? "" : ending);

    private string Place(string part, string name)
    {
        string within = Path.Combine(root, part) + Path.DirectorySeparatorChar, path = Path.GetFullPath(Path.Combine(within, name + ".png"));
        return path.StartsWith(within, StringComparison.Ordinal)
            ? path
            : throw new DataException($"The image '{name}' has a name that leads out of the folder of predictions: rename it.");
    }
}
