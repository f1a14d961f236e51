using System.Globalization;
using DenseCL.Data;
using DenseCL.Data.Sources;

namespace DenseCL.Transfer.Labelled;

/// <summary>Images that may each show objects of several classes.</summary>
/// <param name="Root">Where they are, for messages.</param>
/// <param name="Entries">The N images, at least one.</param>
/// <param name="ClassNames">The names of the K classes.</param>
/// <param name="Targets">(K, N): for each class and image 1 if the class is present, −1 if not, 0 if it does not count.</param>
public sealed record MultiLabelImages(
    string Root,
    IReadOnlyList<ImageEntry> Entries,
    IReadOnlyList<string> ClassNames,
    IReadOnlyList<IReadOnlyList<sbyte>> Targets)
{
    /// <summary>Opens VOCdevkit, or a folder that contains train/ and val/ (or test/) with class folders.</summary>
    /// <param name="data">The folder.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="DataException">The folder is neither, or one of the two sets cannot be used.</exception>
    public static (MultiLabelImages Train, MultiLabelImages Test) Open(string data, CancellationToken stop = default)
    {
        if (FindVoc(data) is { } voc)
        {
            return (OpenVoc(voc, "trainval", stop), OpenVoc(voc, "test", stop));
        }

        (SingleLabelImages train, SingleLabelImages test) = SingleLabelImages.Open(data, stop);
        return (Of(train), Of(test));
    }

    /// <summary>Turns single labels into targets: every class against all others.</summary>
    /// <param name="images">Images with one class each.</param>
    public static MultiLabelImages Of(SingleLabelImages images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return new MultiLabelImages(
            images.Root, images.Entries, images.ClassNames,
            [.. Enumerable.Range(0, images.ClassNames.Count).Select(k => images.Labels.Select(label => (sbyte)(label == k ? 1 : -1)).ToArray())]);
    }

    /// <summary>The folder in PASCAL VOC's layout for a path, VOCdevkit or VOC2007 itself; null if there is none.</summary>
    /// <param name="path">Any path.</param>
    public static string? FindVoc(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return new[] { full, Path.Combine(full, "VOC2007"), Path.Combine(full, "VOCdevkit", "VOC2007") }
            .FirstOrDefault(folder => Directory.Exists(Path.Combine(folder, "ImageSets", "Main")));
    }

    /// <summary>Reads a part of PASCAL VOC, and the header of every image.</summary>
    /// <param name="folder">With ImageSets/Main/PART.txt, ImageSets/Main/CLASS_PART.txt and JPEGImages/.</param>
    /// <param name="part">The part, such as <c>trainval</c>.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="DataException">A file is missing or has a line that is not understood, or an image cannot be read.</exception>
    public static MultiLabelImages OpenVoc(string folder, string part, CancellationToken stop = default)
    {
        string main = Path.Combine(folder, "ImageSets", "Main"), list = Path.Combine(main, $"{part}.txt");
        if (!File.Exists(list))
        {
            throw new DataException($"There is no {list}: unpack the development kit and the images of {part} into one folder.");
        }

        string[] ids = [.. File.ReadLines(list).Select(line => line.Trim()).Where(line => line.Length > 0)];
        string suffix = $"_{part}.txt";
        string[] classes =
        [
            .. Directory
                .EnumerateFiles(main)
                .Select(file => Path.GetFileName(file))
                .Where(name => name.EndsWith(suffix, StringComparison.Ordinal) && name.Length > suffix.Length)
                .Select(name => name[..^suffix.Length])
                .Order(StringComparer.Ordinal),
        ];
        if (ids.Length == 0 || classes.Length == 0)
        {
            throw new DataException(
                ids.Length == 0
                    ? $"{list} names no image."
                    : $"{main} has no labels of {part}: there must be a CLASS{suffix} for each class.");
        }

        sbyte[][] targets = [.. classes.Select(name => Labels(Path.Combine(main, name + suffix), ids))];
        ImageEntry[] entries = [.. ids.Select(id => Entry(folder, id))];
        ImageHeaders.Check(folder, entries, Environment.ProcessorCount, stop);
        return new MultiLabelImages(folder, entries, classes, targets);
    }

    /// <summary>How many images show a class.</summary>
    /// <param name="class">0 … K − 1.</param>
    public int Positives(int @class) => Targets[@class].Count(target => target == 1);

    private static ImageEntry Entry(string folder, string id)
    {
        // The id is from an untrusted file: it must not lead out of the folder.
        if (id.AsSpan().IndexOfAny('/', '\\') >= 0 || id is "." or "..")
        {
            throw new DataException($"{folder} lists the image '{id}': a name without folders was expected.");
        }

        string name = $"JPEGImages/{id}.jpg";
        FileInfo file = new(Path.Combine(folder, "JPEGImages", $"{id}.jpg"));
        return file.Exists
            ? new ImageEntry(folder, name, file.Length)
            : throw new DataException($"There is no {file.FullName}, which a list of ImageSets/Main names: unpack all images.");
    }

    private static sbyte[] Labels(string file, string[] ids)
    {
        Dictionary<string, sbyte> labels = new(StringComparer.Ordinal);
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                continue;
            }

            if (
                words.Length != 2
                || !sbyte.TryParse(words[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out sbyte label)
                || label is < -1 or > 1)
            {
                throw new DataException(
                    FormattableString.Invariant($"{file}, line {number}: '{line}' is not an image with a label -1, 0 or 1."));
            }

            labels[words[0]] = label;
        }

        string[] missing = [.. ids.Where(id => !labels.ContainsKey(id))];
        return missing.Length == 0
            ? [.. ids.Select(id => labels[id])]
            : throw new DataException(
                FormattableString.Invariant($"{file} has no label for {missing.Length:N0} images: {SingleLabelImages.Few(missing)}."));
    }
}
