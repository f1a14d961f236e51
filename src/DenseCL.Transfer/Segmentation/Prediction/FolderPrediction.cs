using System.Diagnostics;
using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Images.Rows;
using DenseCL.Platform;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Segmentation.Models;
using TorchSharp;

namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>Applies a model to images and writes a folder: masks, overlays, areas, and what else the options say.</summary>
public static class FolderPrediction
{
    /// <summary>Predicts images. What is complete stays if the work is stopped.</summary>
    /// <param name="model">The model; it is moved to the device that computes.</param>
    /// <param name="source">The images.</param>
    /// <param name="folder">Must not exist, or be empty.</param>
    /// <param name="options">How they are predicted, and what is written.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="stop">Ends the work after some rows of an image.</param>
    /// <exception cref="IOException">The folder is not empty, or cannot be written.</exception>
    /// <exception cref="DataException">None of the images can be used; the folder is not made.</exception>
    public static PredictionSummary Write(
        SegmentationModel model,
        PredictionSource source,
        string folder,
        PredictionOptions options,
        IProgress<EvaluationProgress>? progress,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        NewFolder.RefuseOccupied(folder);
        bool wasThere = Directory.Exists(folder);
        string root = Directory.CreateDirectory(folder).FullName;
        SkippedImages skipped = new();
        Stopwatch time = Stopwatch.StartNew();
        using ImagePrediction prediction = new(model, options);
        using PredictionWriter writer = new(root, model, options);
        RgbImage memory = new();
        int done = 0, told = 0;
        bool stopped = false;
        foreach ((string name, string path) in source.Images)
        {
            try
            {
                using DisposeScope scope = torch.NewDisposeScope();
                RowImage image = RowImage.Open(path, model.Reading, memory);
                writer.Write(name, path, image, prediction, share => Tell(done + share, line: false), stop);
            }
            catch (ImageException e)
            {
                skipped.Add(path, e.Message);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                stopped = true;
                break;
            }

            done++;
            Tell(done, line: 10L * done / source.Images.Count > told);
        }

        if (writer.Images.Count == 0)
        {
            RemoveEmpty(root, wasThere);
            stop.ThrowIfCancellationRequested();
            throw new DataException($"None of the {source.Images.Count} images can be used: {skipped.FirstReasons}.");
        }

        writer.End();
        if (skipped.Count > 0)
        {
            skipped.Write(Path.Combine(root, "skipped.jsonl"));
        }

        return new PredictionSummary(writer.Images, skipped, time.Elapsed, stopped);

        void Tell(double at, bool line)
        {
            told = (int)(10L * done / source.Images.Count);
            string text = FormattableString.Invariant($"image {Math.Min(done + (at > done ? 1 : 0), source.Images.Count):N0}/{source.Images.Count:N0}");
            string speed = done > 0
                ? FormattableString.Invariant($"  {done / time.Elapsed.TotalSeconds:F1} images/s")
                : FormattableString.Invariant($"  {at:P0} of it");
            progress?.Report(new EvaluationProgress("predict", (long)(at * 1000), source.Images.Count * 1000L, text + speed, line ? text + speed : null));
        }
    }

    private static void RemoveEmpty(string root, bool wasThere)
    {
        foreach (string below in Directory.EnumerateDirectories(root))
        {
            Directory.Delete(below, recursive: true);
        }

        if (!wasThere)
        {
            Directory.Delete(root);
        }
    }
}
