using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Platform;
using DenseCL.Transfer.Features;

namespace DenseCL.Reports.FeatureFiles;

/// <summary>Writes the features of images for other programs. Only a few images are in memory at a time.</summary>
public static class FeatureExport
{
    /// <summary>The format that a name means by its ending; null for any other ending, and for a folder.</summary>
    /// <param name="path">The file to make.</param>
    public static FeatureFormat? FormatOf(string path) =>
        FeatureFormats.All.FirstOrDefault(entry => entry.Extension is { } extension && extension.Equals(
            Path.GetExtension(path), StringComparison.OrdinalIgnoreCase))?.Format;

    /// <summary>Whether a format is for feature maps only.</summary>
    /// <param name="format">The format.</param>
    public static bool NeedsMaps(FeatureFormat format) => FeatureFormats.Of(format).NeedsMaps;

    /// <summary>Refuses a place where the features cannot be written, before they are computed.</summary>
    /// <param name="path">The file or folder to make.</param>
    /// <param name="format">The format.</param>
    /// <param name="replace">Whether a file may be replaced.</param>
    /// <exception cref="IOException">There is something already, or the folder of the file does not exist.</exception>
    public static void Refuse(string path, FeatureFormat format, bool replace)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path), parent = Path.GetDirectoryName(full) ?? full;
        if (!Directory.Exists(parent))
        {
            throw new IOException($"There is no folder {parent} for {full}: make it first, or choose another --out.");
        }

        if (FeatureFormats.Of(format).Extension is null)
        {
            NewFolder.RefuseOccupied(full);
        }
        else if (Directory.Exists(full))
        {
            throw new IOException($"--out {full} is a folder: give the name of a file in it.");
        }
        else if (File.Exists(full) && !replace)
        {
            throw new IOException($"{full} exists already: choose another --out, or use --force to replace it.");
        }
    }

    /// <summary>Where the list of the images that could not be used lies, beside a file.</summary>
    /// <param name="path">The file with the features.</param>
    internal static string SkippedOf(string path) => path + ".skipped.jsonl";

    /// <summary>Computes features and writes them. If anything fails or the work is stopped, nothing is left.</summary>
    /// <param name="path">The file or folder to make.</param>
    /// <param name="format">The format.</param>
    /// <param name="weights">The backbone.</param>
    /// <param name="images">The images.</param>
    /// <param name="pooled">Size, batch and threads of pooled features.</param>
    /// <param name="maps">Stride, stages and size of feature maps; null for pooled features.</param>
    /// <param name="skipped">Receives the images that cannot be used.</param>
    /// <param name="progress">Receives the number of images done; may be null.</param>
    /// <param name="stop">Ends the work.</param>
    /// <returns>The numbers of images and vectors, and the length of each vector.</returns>
    /// <exception cref="DataException">No image can be used, or the backbone computes numbers that are not finite.</exception>
    /// <exception cref="IOException">The disk fails.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static (long Images, long Vectors, int Channels) Write(
        string path, FeatureFormat format, BackboneSource weights, ImageSource images, FeatureOptions pooled, FeatureMapOptions? maps,
        SkippedImages skipped, IProgress<EvaluationProgress>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(pooled);
        ArgumentNullException.ThrowIfNull(skipped);
        string[] names = [.. images.Entries.Select(entry => entry.Name).Order(NaturalOrder.Instance)];
        FeatureSet features = new(weights.Name, names, maps is not null, Compute, skipped);
        FeatureFormats.Of(format).Write(Path.GetFullPath(path), features);
        return (features.Images, features.Vectors, features.Channels);

        IEnumerable<SeenImage> Compute(string part)
        {
            IAsyncEnumerable<SeenImage> stream = maps is null
                ? FeatureStream.PooledWithPixels(weights, images, pooled, skipped, stop)
                : FeatureStream.MapsWithPixels(weights, images, maps, skipped, stop);
            int done = 0;
            foreach (SeenImage image in stream.ToBlockingEnumerable(stop))
            {
                yield return image;
                done++;
                progress?.Report(EvaluationProgress.OfFeatures(part, done - 1, done, names.Length));
            }
        }
    }
}
