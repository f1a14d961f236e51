using DenseCL.Data;
using DenseCL.Data.Sources;

namespace DenseCL.Transfer.Labelled;

/// <summary>Images with one class each.</summary>
/// <param name="Root">Where they are, for messages.</param>
/// <param name="Entries">The images, at least one.</param>
/// <param name="ClassNames">The names of the K classes.</param>
/// <param name="Labels">The class of each image, 0 … K − 1.</param>
public sealed record SingleLabelImages(
    string Root,
    IReadOnlyList<ImageEntry> Entries,
    IReadOnlyList<string> ClassNames,
    IReadOnlyList<int> Labels)
{
    private static readonly string[] TestFolders = ["val", "test"];

    /// <summary>Opens a training and a test set, and reads the header of every image.</summary>
    /// <param name="train">A folder with a folder for each class, or a pack or tars made from one.</param>
    /// <param name="test">The test images, in the same form; their classes must all be in the training set.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="DataException">
    /// There are no classes, a class has no images, a test class is not in the training set, the two sets are the same, or an image cannot
    /// be read.
    /// </exception>
    public static (SingleLabelImages Train, SingleLabelImages Test) Open(string train, string test, CancellationToken stop = default)
    {
        ImageSource fit = WithClasses(train),
            judge = WithClasses(test);
        if (
            string.Equals(fit.Root, judge.Root, StringComparison.Ordinal)
            && string.Equals(fit.Fingerprint, judge.Fingerprint, StringComparison.Ordinal))
        {
            throw new DataException($"{fit.Root} is given both for training and for testing: give test images that were not trained on.");
        }

        string[] unknown = [.. judge.ClassNames.Except(fit.ClassNames, StringComparer.Ordinal)];
        if (unknown.Length > 0)
        {
            throw new DataException(
                $"{judge.Root} has classes that {fit.Root} does not have: {Few(unknown)}. "
                + $"A class can be recognised only if it was trained on: add images of it, or remove it from the test."
            );
        }

        Dictionary<string, int> index = fit
            .ClassNames.Select((name, i) => (name, i))
            .ToDictionary(p => p.name, p => p.i, StringComparer.Ordinal);
        foreach (ImageSource source in new[] { fit, judge })
        {
            ImageHeaders.Check(source.Root, source.Entries, Environment.ProcessorCount, stop);
        }

        return (Of(fit), Of(judge));

        SingleLabelImages Of(ImageSource source) =>
            new(
                source.Root,
                source.Entries,
                fit.ClassNames,
                [.. source.Entries.Select(entry => index[source.ClassNames[entry.Label!.Value]])]);
    }

    /// <summary>Whether a folder contains train/ and val/ (or test/).</summary>
    internal static bool IsSplit(string data) =>
        Directory.Exists(Path.Combine(data, "train")) && TestFolders.Any(name => Directory.Exists(Path.Combine(data, name)));

    /// <summary>Opens a data set in one folder that contains train/ and val/ (or test/).</summary>
    /// <param name="data">The folder.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="DataException">The folder does not contain them, or one of the two sets cannot be used.</exception>
    public static (SingleLabelImages Train, SingleLabelImages Test) Open(string data, CancellationToken stop = default)
    {
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(data));
        string train = Path.Combine(root, "train");
        string? test = TestFolders.Select(name => Path.Combine(root, name)).FirstOrDefault(Directory.Exists);
        if (!Directory.Exists(train) || test is null)
        {
            throw new DataException(
                $"{root} has no {(Directory.Exists(train) ? "val/ or test/" : "train/")} in it: "
                + $"give a folder with train/CLASS/IMAGE and val/CLASS/IMAGE, or --train and --test."
            );
        }

        return Open(train, test, stop);
    }

    /// <summary>Some of the names, for a message.</summary>
    internal static string Few(IReadOnlyList<string> names) => string.Join(", ", names.Take(5)) + (names.Count > 5 ? ", …" : "");

    private static ImageSource WithClasses(string path)
    {
        ImageSource source = ImageSource.Open(path);
        if (source.ClassNames.Count == 0 || source.Entries.Any(entry => entry.Label is null))
        {
            throw new DataException(
                $"The images of {source.Root} have no classes: every image must lie in one of at least two class folders, CLASS/IMAGE.");
        }

        // A pack lists its classes itself; in a folder an empty class would not be noticed.
        if (Directory.Exists(source.Root) && source.Entries.All(entry => entry.Shard is null))
        {
            string[] empty =
            [
                .. Directory
                    .EnumerateDirectories(source.Root)
                    .Select(folder => Path.GetFileName(folder))
                    .Where(name => !name.StartsWith('.') && !source.ClassNames.Contains(name, StringComparer.Ordinal))
                    .Order(StringComparer.Ordinal),
            ];
            if (empty.Length > 0)
            {
                throw new DataException($"Class folders of {source.Root} have no images: {Few(empty)}. Fill or remove them.");
            }
        }

        return source;
    }
}
