using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DenseCL.Platform;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Measures;

namespace DenseCL.Transfer.Protocols.Segmentation;

/// <summary>A segmentation's result as files: metrics.json, classes.csv and confusion.csv.</summary>
public static class SegmentationReport
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes a folder with the three files, or none of it.</summary>
    /// <param name="folder">Must not exist, or be empty.</param>
    /// <param name="backbone">What was judged.</param>
    /// <param name="result">What came of it.</param>
    /// <exception cref="IOException">The folder is not empty, or the disk fails.</exception>
    public static void Write(string folder, BackboneSource backbone, SegmentationResult result) => NewFolder.Write(folder, partial =>
    {
        AtomicFile.Replace(Path.Combine(partial, "metrics.json"), Json(backbone, result));
        AtomicFile.Replace(Path.Combine(partial, "classes.csv"), Classes(result));
        AtomicFile.Replace(Path.Combine(partial, "confusion.csv"), Confusion(result));
    });

    /// <summary>Figures, classes and protocol as one JSON object; shares as 0 … 1, null for a class that is neither in the masks nor predicted.</summary>
    /// <param name="backbone">What was judged.</param>
    /// <param name="result">What came of it.</param>
    public static string Json(BackboneSource backbone, SegmentationResult result)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(result);
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text, Readable))
        {
            ConfusionMatrix confusion = result.Confusion;
            json.WriteStartObject();
            json.WriteString("evaluation", "segmentation");
            json.WriteString("backbone", backbone.Name);
            Number(json, "mIoU", confusion.MeanIoU);
            Number(json, "pixelAccuracy", confusion.PixelAccuracy);
            Number(json, "meanAccuracy", confusion.MeanAccuracy);
            json.WriteStartArray("classes");
            for (int c = 0; c < result.ClassNames.Count; c++)
            {
                json.WriteStartObject();
                json.WriteString("name", result.ClassNames[c]);
                Number(json, "iou", confusion.PerClassIoU[c]);
                Number(json, "accuracy", confusion.PerClassAccuracy[c]);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("trainImages", result.TrainImages);
            json.WriteNumber("testImages", result.TestImages);
            Number(json, "loss", result.Loss);
            json.WriteNumber("seed", result.Seed);
            Number(json, "trainSeconds", Math.Round(result.TrainTime.TotalSeconds, 1));
            Number(json, "testSeconds", Math.Round(result.TestTime.TotalSeconds, 1));
            json.WriteStartObject("recipe");
            foreach ((string key, string value) in SegmentationRecipes.Describe(result.Options))
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray()) + "\n";
    }

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string Classes(SegmentationResult result)
    {
        ConfusionMatrix confusion = result.Confusion;
        IEnumerable<string> lines = result.ClassNames.Select((name, c) => string.Join(',', Quoted(name), Share(confusion.PerClassIoU[c]), Share(confusion.PerClassAccuracy[c])));
        return string.Concat(lines.Prepend("class,iou,accuracy").Select(line => line + "\n"));

        static string Share(double share) => double.IsNaN(share) ? "" : share.ToString("R", CultureInfo.InvariantCulture);
    }

    /// <summary>A row for each true class, a column for each predicted one, in pixels.</summary>
    private static string Confusion(SegmentationResult result)
    {
        int classes = result.ClassNames.Count;
        IEnumerable<string> lines = result.ClassNames.Select((name, truth) =>
            string.Join(',', Enumerable.Range(0, classes).Select(predicted => result.Confusion[truth, predicted].ToString(CultureInfo.InvariantCulture)).Prepend(Quoted(name))));
        return string.Concat(lines.Prepend(string.Join(',', result.ClassNames.Select(Quoted).Prepend("true class"))).Select(line => line + "\n"));
    }

    private static string Quoted(string text) => text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
