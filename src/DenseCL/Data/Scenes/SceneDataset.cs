using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using DenseCL.Platform;

namespace DenseCL.Data.Scenes;

/// <summary>Writes rendered scenes as a data set on disk.</summary>
/// <remarks>
/// <code>
/// FOLDER/images/000000.png      the scene, RGB
/// FOLDER/masks/000000.png       8-bit grey: the class of each pixel, 0 background
/// FOLDER/instances/000000.png   8-bit grey: the number of the object in its scene, 0 background
/// FOLDER/annotations.json       COCO: boxes, areas, masks as uncompressed run lengths, iscrowd 0
/// FOLDER/classes.txt            a name a line; the line's number, from 0, is the value in the mask
/// </code>
/// Ids of images and annotations start at 1 (pycocotools takes annotation 0 for "not matched"); a category's id is its value in the mask.
/// </remarks>
public static class SceneDataset
{
    private const int ImagesAThread = 64;

    /// <summary>Renders and writes <paramref name="count"/> scenes. The folder appears when all is written, or not at all.</summary>
    /// <param name="folder">Must not exist, or be empty.</param>
    /// <param name="options">Size and crowding.</param>
    /// <param name="count">Number of scenes, 1 … 1,000,000.</param>
    /// <param name="seed">The same seed gives the same data set, whatever <paramref name="threads"/> is.</param>
    /// <param name="threads">Scenes rendered at the same time, at least 1; 0 for one per processor.</param>
    /// <param name="progress">Receives the number of scenes written, from time to time.</param>
    /// <param name="cancellationToken">Stops the work and removes what was written.</param>
    /// <exception cref="ArgumentException">An argument is out of its range.</exception>
    /// <exception cref="IOException">The folder is not empty, is being written by another run, or the disk fails.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static void Write(
        string folder,
        SceneOptions options,
        int count,
        ulong seed,
        int threads = 0,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 1_000_000);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        options.ThrowIfReversed(nameof(options));

        NewFolder.Write(folder, partial =>
            WriteInto(partial, options, count, seed, threads == 0 ? Environment.ProcessorCount : threads, progress, cancellationToken));
    }

    private static void WriteInto(
        string folder,
        SceneOptions options,
        int count,
        ulong seed,
        int threads,
        IProgress<int>? progress,
        CancellationToken cancellationToken)
    {
        foreach (string part in (ReadOnlySpan<string>)["images", "masks", "instances"])
        {
            Directory.CreateDirectory(Path.Combine(folder, part));
        }

        File.WriteAllLines(Path.Combine(folder, "classes.txt"), SceneClasses.Names);
        using FileStream file = File.Create(Path.Combine(folder, "annotations.json"));
        using Utf8JsonWriter json = new(file);
        json.WriteStartObject();
        WriteHead(json, options, count, seed);
        json.WriteStartArray("annotations");

        // Scenes of a batch are rendered out of order and their annotations are written in order afterwards: only one batch is in memory.
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        int batch = threads * ImagesAThread, id = 0;
        var annotations = new (SceneObject Object, List<int> Runs)[Math.Min(batch, count)][];
        for (int start = 0; start < count; start += batch)
        {
            int size = Math.Min(batch, count - start);
            Parallel.For(0, size, parallel, i => annotations[i] = WriteScene(folder, options, seed, start + i));
            for (int i = 0; i < size; i++)
            {
                foreach ((SceneObject o, List<int> runs) in annotations[i])
                {
                    WriteAnnotation(json, ++id, start + i + 1, o, runs, options);
                }
            }

            json.Flush();
            progress?.Report(start + size);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        file.Flush(flushToDisk: true);
    }

    private static (SceneObject Object, List<int> Runs)[] WriteScene(string folder, SceneOptions options, ulong seed, int index)
    {
        Scene scene = SceneRenderer.Render(options, seed, index);
        string name = FileName(index);
        ScenePng.WriteRgb(Path.Combine(folder, "images", name), scene.Pixels, scene.Width, scene.Height);
        ScenePng.WriteGrey(Path.Combine(folder, "masks", name), scene.ClassMask, scene.Width, scene.Height);
        ScenePng.WriteGrey(Path.Combine(folder, "instances", name), scene.InstanceMask, scene.Width, scene.Height);
        return [.. scene.Objects.Select(o => (o, CocoRuns.Encode(scene.InstanceMask, scene.Width, o.Instance)))];
    }

    private static string FileName(int index) => index.ToString("D6", CultureInfo.InvariantCulture) + ".png";

    private static void WriteHead(Utf8JsonWriter json, SceneOptions options, int count, ulong seed)
    {
        json.WriteStartObject("info");
        json.WriteString("description", "Rendered scenes of DenseCL for .NET");
        json.WriteNumber("seed", seed);
        json.WriteEndObject();
        json.WriteStartArray("categories");
        for (int c = 1; c <= SceneClasses.Count; c++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", c);
            json.WriteString("name", SceneClasses.Names[c]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("images");
        for (int i = 0; i < count; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", i + 1);
            json.WriteString("file_name", FileName(i));
            json.WriteNumber("width", options.Width);
            json.WriteNumber("height", options.Height);
            json.WriteEndObject();
            if (i % 4096 == 4095)
            {
                json.Flush();
            }
        }

        json.WriteEndArray();
    }

    private static void WriteAnnotation(Utf8JsonWriter json, int id, int image, SceneObject o, List<int> runs, SceneOptions options)
    {
        json.WriteStartObject();
        json.WriteNumber("id", id);
        json.WriteNumber("image_id", image);
        json.WriteNumber("category_id", o.Class);
        json.WriteNumber("iscrowd", 0);
        json.WriteNumber("area", o.Area);
        WriteArray("bbox", [o.Left, o.Top, o.Width, o.Height]);
        json.WriteStartObject("segmentation");
        WriteArray("size", [options.Height, options.Width]);
        WriteArray("counts", CollectionsMarshal.AsSpan(runs));
        json.WriteEndObject();
        json.WriteEndObject();

        void WriteArray(string name, ReadOnlySpan<int> values)
        {
            json.WriteStartArray(name);
            foreach (int value in values)
            {
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
        }
    }
}
