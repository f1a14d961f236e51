using DenseCL.Data;
using DenseCL.Data.Sources;

namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>The images to predict, each with the name that its files get.</summary>
public sealed class PredictionSource
{
    private PredictionSource(IReadOnlyList<(string Name, string Path)> images) => Images = images;

    /// <summary>
    /// Name and absolute path of each image. The name has no ending, unless two images differ in nothing else, and '/' between folders.
    /// </summary>
    public IReadOnlyList<(string Name, string Path)> Images { get; }

    /// <summary>Lists images.</summary>
    /// <param name="places">Folders, of which everything below is taken; image files; and lists, as for pre-training.</param>
    /// <exception cref="DataException">A path does not exist, or there are no images.</exception>
    public static PredictionSource Open(IReadOnlyList<string> places)
    {
        ArgumentNullException.ThrowIfNull(places);
        HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);
        (string Name, string Path)[] files = [.. places.SelectMany(Files).DistinctBy(file => file.Path, StringComparer.Ordinal)];
        ILookup<string, string> stems = files.ToLookup(file => Stem(file.Name), file => file.Path, StringComparer.OrdinalIgnoreCase);
        return new([.. files.Select(file => (Free(stems[Stem(file.Name)].Count() > 1 ? file.Name : Stem(file.Name)), file.Path))]);

        string Free(string name)
        {
            string free = name;
            for (int i = 2; !taken.Add(free); i++)
            {
                free = FormattableString.Invariant($"{name}-{i}");
            }

            return free;
        }
    }

    private static IEnumerable<(string Name, string Path)> Files(string place)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(place));
        if (File.Exists(full) && PictureTypes.IsReadable(Path.GetExtension(full)))
        {
            return [(Path.GetFileName(full), full)];
        }

        // A folder whose images are split into train and test is predicted as a whole.
        IReadOnlyList<ImageEntry> entries = Directory.Exists(full) && FolderScan.Of(full).Images is { Count: > 0 } all ? all : ImageSource.Open(place).Entries;
        return entries.Select(entry => entry.Shard is null
            ? (Inside(entry.Name), entry.Path)
            : throw new DataException($"{place} is packed, and predictions are made of image files: unpack {entry.Shard} first."));
    }

    // A list may name files elsewhere. Their predictions lie where the others do.
    private static string Inside(string name) =>
        Path.IsPathRooted(name) || name.Split('/', '\\').Contains("..") ? Path.GetFileName(name) : name;

    private static string Stem(string name) => Path.ChangeExtension(name, null);
}
