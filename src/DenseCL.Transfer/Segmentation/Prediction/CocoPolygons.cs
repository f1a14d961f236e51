using System.Text.Json;
using DenseCL.Data;

namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>
/// Writes regions in COCO's format for instances: each is an annotation with one polygon. The class with number k is the category k + 1.
/// </summary>
internal sealed class CocoPolygons : IDisposable
{
    private readonly string path;
    private readonly IReadOnlyList<string> classNames;
    private readonly List<(string File, int Width, int Height)> images = [];
    private readonly FileStream file;
    private readonly Utf8JsonWriter json;
    private long annotations;

    /// <param name="path">The file, which is complete after <see cref="End"/>.</param>
    /// <param name="classNames">(K)</param>
    public CocoPolygons(string path, IReadOnlyList<string> classNames)
    {
        (this.path, this.classNames) = (path, classNames);
        file = new FileStream(path + ".partial", FileMode.Create, FileAccess.Write, FileShare.None);
        json = new Utf8JsonWriter(file, ReadableJson.Options);
        json.WriteStartObject();
        json.WriteStartArray("annotations");
    }

    /// <summary>Adds the regions of an image.</summary>
    /// <param name="name">The image's file.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="mask">(height · width): the class of each pixel.</param>
    public void Add(string name, int width, int height, byte[] mask)
    {
        images.Add((name, width, height));
        foreach (TracedRegion region in new RegionTracer(mask, width, height).Trace())
        {
            (int left, int top, int across, int down) = region.Box;
            json.WriteStartObject();
            json.WriteNumber("id", ++annotations);
            json.WriteNumber("image_id", images.Count);
            json.WriteNumber("category_id", region.Class + 1);
            json.WriteStartArray("segmentation");
            Numbers(region.Ring);
            json.WriteEndArray();
            json.WriteNumber("area", region.Area);
            json.WritePropertyName("bbox");
            Numbers([left, top, across, down]);
            json.WriteNumber("iscrowd", 0);
            json.WriteEndObject();
            json.Flush();
        }
    }

    /// <summary>Completes the file.</summary>
    public void End()
    {
        json.WriteEndArray();
        json.WriteStartArray("images");
        foreach ((int i, (string name, int width, int height)) in images.Index())
        {
            json.WriteStartObject();
            json.WriteNumber("id", i + 1);
            json.WriteString("file_name", name);
            json.WriteNumber("width", width);
            json.WriteNumber("height", height);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("categories");
        foreach ((int k, string name) in classNames.Index())
        {
            json.WriteStartObject();
            json.WriteNumber("id", k + 1);
            json.WriteString("name", name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Dispose();
        file.Flush(flushToDisk: true);
        file.Dispose();
        File.Move(path + ".partial", path, overwrite: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        json.Dispose();
        file.Dispose();
        File.Delete(path + ".partial");
    }

    private void Numbers(IEnumerable<int> numbers)
    {
        json.WriteStartArray();
        foreach (int number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
