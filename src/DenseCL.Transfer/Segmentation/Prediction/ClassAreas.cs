using System.Text;
using System.Text.Json;
using DenseCL.Data;
using DenseCL.Platform;
using DenseCL.Transfer.Measures;

namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>Writes how many pixels each class has in each image: areas.csv, with a line for each image and class, and areas.json.</summary>
internal static class ClassAreas
{
    /// <summary>Writes both files.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="classNames">(K)</param>
    /// <param name="images">The images.</param>
    public static void Write(string folder, IReadOnlyList<string> classNames, IReadOnlyList<PredictedImage> images)
    {
        AtomicFile.Replace(Path.Combine(folder, "areas.csv"), Csv(classNames, images));
        AtomicFile.Replace(Path.Combine(folder, "areas.json"), stream => Json(stream, classNames, images));
    }

    private static string Csv(IReadOnlyList<string> classNames, IReadOnlyList<PredictedImage> images)
    {
        StringBuilder text = new();
        CsvLine.Append(text, ["image", "width", "height", "class", "pixels", "share"]);
        foreach (PredictedImage image in images)
        {
            foreach ((int k, string name) in classNames.Index())
            {
                CsvLine.Append(text, [image.Name, CsvLine.Number(image.Width), CsvLine.Number(image.Height), name, CsvLine.Number(image.Pixels[k]), CsvLine.Number(Share(image, k))]);
            }
        }

        return text.ToString();
    }

    private static void Json(Stream stream, IReadOnlyList<string> classNames, IReadOnlyList<PredictedImage> images)
    {
        using Utf8JsonWriter json = new(stream, ReadableJson.Options);
        json.WriteStartObject();
        json.WriteStartArray("classes");
        foreach (string name in classNames)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteStartArray("images");
        foreach (PredictedImage image in images)
        {
            json.WriteStartObject();
            json.WriteString("image", image.Name);
            json.WriteString("file", image.Path);
            json.WriteNumber("width", image.Width);
            json.WriteNumber("height", image.Height);
            json.WriteStartArray("pixels");
            foreach (long pixels in image.Pixels)
            {
                json.WriteNumberValue(pixels);
            }

            json.WriteEndArray();
            json.WriteStartArray("shares");
            foreach (int k in Enumerable.Range(0, classNames.Count))
            {
                json.WriteNumberValue(Share(image, k));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static double Share(PredictedImage image, int @class) => image.Pixels[@class] / ((double)image.Width * image.Height);
}
