using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using DenseCL.Data.Shards;
using DenseCL.Images;

namespace DenseCL.Data.Sources;

/// <summary>
/// An ordered list of the images to train on, from a folder, a list file, a COCO data set, one folder per class, or tars.
/// </summary>
/// <remarks>The order is the same on every machine: a resumed run finds the same image at the same index, or a different
/// <see cref="Fingerprint"/>.</remarks>
public sealed class ImageSource
{
    // Folder names of published data sets. Held-out images must not be seen in pre-training; otherwise every later test of the backbone is
    // worth less.
    private static readonly string[] TrainFolders = ["train", "train2017", "train2014"];
    private static readonly string[] HeldOutFolders =
        ["val", "valid", "validation", "test", "val2017", "val2014", "test2017", "test2015", "test2014"];

    private static readonly string[] LabelFolders = ["annotations", "labels", "masks"];

    private readonly string kind;
    private readonly string notes;
    private ImageLimits? checkedFor;        // the headers were read, and every image is within these

    private ImageSource(
        string root,
        string kind,
        string notes,
        IReadOnlyList<ImageEntry> entries,
        IReadOnlyList<string> classNames,
        int foundCount,
        ImageLimits? checkedFor = null)
    {
        Root = root;
        this.kind = kind;
        this.notes = notes;
        Entries = entries;
        ClassNames = classNames;
        FoundCount = foundCount;
        Fingerprint = Hash(entries);
        this.checkedFor = checkedFor;
    }

    /// <summary>Absolute folder that contains the images; with several sources, that of the first.</summary>
    public string Root { get; }

    /// <summary>
    /// The paths that it was opened from, absolute; of one that was combined those of all. Empty for files that were found in another way.
    /// </summary>
    public IReadOnlyList<string> Places { get; private init; } = [];

    /// <summary>The images, at least one; the index in this list is the image's number everywhere.</summary>
    public IReadOnlyList<ImageEntry> Entries { get; }

    /// <summary>
    /// Names of the classes in ordinal order if every image lies in one of several class folders, or did when it was packed; otherwise
    /// empty.
    /// </summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>
    /// The number of images when the source was opened, including those that <see cref="CheckHeaders"/> left out.
    /// </summary>
    public int FoundCount { get; }

    /// <summary>
    /// 32 hexadecimal digits (XXH128) that change with the name, the length or the position of any image. If they changed, a run must not
    /// be resumed.
    /// </summary>
    public string Fingerprint { get; }

    /// <summary>A sentence for the console: how many images in which layout, and what was skipped.</summary>
    public string Description
    {
        get
        {
            string count =
                Entries.Count == FoundCount ? Counted(FoundCount, "image") : $"{Number(Entries.Count)} of {Counted(FoundCount, "image")}";
            string classes = ClassNames.Count == 0 ? "" : $", {Number(ClassNames.Count)} classes";
            return $"{count} {kind}{classes}{notes}.";
        }
    }

    /// <summary>Detects the kind of a path and lists its images.</summary>
    /// <param name="path">
    /// One of these. A folder: everything below it is taken, in ordinal order. A list (.txt or .lst) with one path per line. COCO
    /// annotations (.json). A pack that <see cref="ShardPack"/> wrote. A folder of tars in WebDataset's layout without images beside them,
    /// or one such tar: their headers are read once, from first to last.
    /// If a folder is split into train and held-out images (train/ and val/, or COCO's train2017/ and val2017/), only the training images
    /// are taken. If it has images/ beside labels/, masks/ or annotations/, only images/ is taken. If every image lies in one of several
    /// class folders, the class is kept for evaluation.
    /// </param>
    /// <exception cref="DataException">There is no such path, it contains no images, or it cannot be read.</exception>
    public static ImageSource Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (string.IsNullOrWhiteSpace(path))
            throw new DataException(
                "The path of the images is empty: give a folder, a list of images (.txt or .lst), COCO annotations (.json) or a tar.");

        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return OpenPlace(full).With(places: [full]);
    }

    private static ImageSource OpenPlace(string full)
    {
        if (Directory.Exists(full)) return OpenFolder(full);
        if (!File.Exists(full)) throw NotFound(full);

        string extension = Path.GetExtension(full).ToLowerInvariant();
        switch (extension)
        {
            case ".txt" or ".lst":
                List<ImageEntry> listed = ImageListFile.Read(full);
                return new ImageSource(Path.GetDirectoryName(full)!, $"named in {full}", "", listed, [], listed.Count);
            case ".json":
                (string root, List<ImageEntry> images) = CocoImageList.Read(full);
                return new ImageSource(root, $"in {root}, COCO layout, listed in {Path.GetFileName(full)}", "", images, [], images.Count);
            case ".tar":
                return OpenTars(Path.GetDirectoryName(full)!, [full]);
            default:
                string advice =
                    PictureTypes.IsReadable(extension) || PictureTypes.IsUnreadable(extension)
                        ? "is one picture: give the folder it lies in"
                    : PictureTypes.IsCompressedTar(full)
                        ? "is compressed: to find an image in it, everything before it would have to be unpacked. "
                            + "Unpack it to a plain .tar (gunzip, unxz, unzstd) and give that"
                    : PictureTypes.IsArchive(extension) ? "is an archive: unpack it and give the folder"
                    : "is a file of an unknown kind";
                throw new DataException(
                    $"{full} {advice}. Images come from a folder, a list of images (.txt or .lst), COCO annotations (.json) or tars.");
        }
    }

    /// <summary>Opens several paths as one source.</summary>
    /// <param name="paths">At least one, each as in <see cref="Open(string)"/>; none twice.</param>
    /// <exception cref="DataException">There is no path, one is given twice, or one cannot be opened.</exception>
    public static ImageSource Open(IReadOnlyList<string> paths) => Open(paths, Open);

    /// <summary>The same, with a caller's way of opening each path.</summary>
    internal static ImageSource Open(IReadOnlyList<string> paths, Func<string, ImageSource> open)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count == 0)
            throw new DataException("There is no path of images: give at least one.");

        HashSet<string> seen = new(StringComparer.Ordinal);
        if (
            paths.FirstOrDefault(path =>
                !string.IsNullOrWhiteSpace(path) && !seen.Add(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))
            ) is
            { } twice)
            throw new DataException($"{Path.GetFullPath(twice)} is given twice, and its images would count twice: give it once.");

        return Combine([.. paths.Select(open)]);
    }

    /// <summary>A source of files that were found in another way.</summary>
    /// <param name="root">Absolute folder.</param>
    /// <param name="kind">A description that continues "12 images".</param>
    /// <param name="paths">Absolute paths of files below it, at least one, in their order.</param>
    internal static ImageSource Of(string root, string kind, IEnumerable<string> paths)
    {
        ImageEntry[] entries = [.. paths.Select(path => new ImageEntry(root, Path.GetRelativePath(root, path).Replace('\\', '/'), FolderScan.LengthOf(new FileInfo(path))))];
        return new ImageSource(root, kind, "", entries, [], entries.Length);
    }

    /// <summary>Combines sources: the images of the first in their order, then those of the second, and so on.</summary>
    /// <param name="sources">At least one; a single one is returned as it is.</param>
    /// <returns>
    /// A source in which the names begin with the number of their source, from 1: "2/street/7.jpg". The names, and therefore the <see
    /// cref="Fingerprint"/>, do not depend on where the sources lie. Classes are kept if all sources have the same ones.
    /// </returns>
    public static ImageSource Combine(IReadOnlyList<ImageSource> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentOutOfRangeException.ThrowIfZero(sources.Count, nameof(sources));
        if (sources is [var single]) return single;

        bool sameClasses = sources.All(source => source.ClassNames.SequenceEqual(sources[0].ClassNames, StringComparer.Ordinal));
        var entries = new List<ImageEntry>(sources.Sum(source => source.Entries.Count));
        foreach ((int index, ImageSource source) in sources.Index())
        {
            string number = string.Create(CultureInfo.InvariantCulture, $"{index + 1}/");
            entries.AddRange(source.Entries.Select(entry => entry with
            {
                Name = number + entry.Name,
                SourceLength = number.Length + entry.SourceLength,
                Label = sameClasses ? entry.Label : null,
            }));
        }

        string kind =
            $"from {Number(sources.Count)} sources: {string.Join("; ", sources.Select((source, index) => string.Create(CultureInfo.InvariantCulture, $"({index + 1}) {source.Description[..^1]}")))}";
        return new ImageSource(
            sources[0].Root,
            kind,
            "",
            entries,
            sameClasses ? sources[0].ClassNames : [],
            sources.Sum(source => source.FoundCount)).With(places: [.. sources.SelectMany(source => source.Places)]);
    }

    /// <summary>
    /// Reads the header of every image, so unusable images are found before the training starts and not after days of it. If this was done
    /// with the same limits before, nothing is read.
    /// </summary>
    /// <param name="limits">The limits within which an image is used.</param>
    /// <param name="threads">Threads to read with, at least 1; the result does not depend on their number.</param>
    /// <param name="maxBadShare">The largest tolerated share of unusable images, in [0, 1].</param>
    /// <param name="skipped">Where the unusable images are recorded.</param>
    /// <param name="progress">Receives the number of images checked, from time to time; may be null.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The source without the unusable images; this source if there are none.</returns>
    /// <exception cref="DataException">More than <paramref name="maxBadShare"/> of the images are unusable, or all are.</exception>
    public ImageSource CheckHeaders(
        ImageLimits limits,
        int threads,
        double maxBadShare,
        SkippedImages skipped,
        IProgress<int>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(skipped);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        if (limits == checkedFor) return this;

        using OpenShards shards = new();
        bool[] bad = new bool[Entries.Count];
        int done = 0;
        var report = new Lock();
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        Parallel.For(0, Entries.Count, options, i =>
        {
            if (WhyUnusable(Entries[i], limits, shards) is { } reason)
            {
                bad[i] = true;
                skipped.Add(Entries[i].Name, reason);
            }

            if (progress is null) return;
            lock (report)
            {
                if (++done % 256 == 0 || done == bad.Length) progress.Report(done);
            }
        });

        int badCount = bad.Count(b => b);
        if (badCount == 0)
        {
            checkedFor = limits;
            return this;
        }

        skipped.Check(FoundCount, maxBadShare);
        if (badCount == bad.Length)
            throw new DataException($"None of {Counted(FoundCount, "image")} {kind} can be used: {skipped.FirstReasons}.");

        return With([.. Entries.Where((_, i) => !bad[i])], FoundCount, limits);
    }

    /// <summary>The first images of this source, as a separate source.</summary>
    /// <param name="count">How many, at least 1; all if there are no more.</param>
    public ImageSource Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return count >= Entries.Count ? this : With([.. Entries.Take(count)], count, checkedFor);
    }

    /// <summary>Images of this source at equal distances, as a separate source: some from everywhere in it.</summary>
    /// <param name="count">How many, at least 1; all if there are no more.</param>
    public ImageSource Spread(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return count >= Entries.Count
            ? this
            : With(
                [.. Enumerable.Range(0, count).Select(i => Entries[(int)((((2L * i) + 1) * Entries.Count) / (2L * count))])],
                count,
                checkedFor);
    }

    private ImageSource With(IReadOnlyList<ImageEntry> entries, int found, ImageLimits? within) =>
        new(Root, kind, notes, entries, ClassNames, found, within) { Places = Places };

    private ImageSource With(IReadOnlyList<string> places) =>
        new(Root, kind, notes, Entries, ClassNames, FoundCount, checkedFor) { Places = places };

    private static string? WhyUnusable(ImageEntry entry, ImageLimits limits, OpenShards shards)
    {
        try
        {
            if (entry.Header is { } known)
            {
                // A pack's index saves reading a million headers. If it is wrong, that shows when the image is decoded.
                limits.CheckBytes(entry.Length);
                limits.CheckSize(known);
                return null;
            }

            using ImageFile file = shards.Open(entry, limits);
            ImageDecoder.ReadHeader(file, limits);
            return null;
        }
        catch (ImageException e)
        {
            return e.Message;
        }
    }

    private static ImageSource OpenFolder(string given)
    {
        string root = given;
        var left = new List<string>();
        IReadOnlyList<string> folders = FolderScan.SubFolders(root);
        bool coco = folders.Contains("annotations", StringComparer.OrdinalIgnoreCase);
        if (Among(folders, ["images"]) is { } imagesFolder && Among(folders, LabelFolders) is not null)
            folders = Enter(imagesFolder);
        if (Among(folders, TrainFolders) is { } trainFolder && (folders.Count == 1 || coco || Among(folders, HeldOutFolders) is not null))
        {
            coco = coco && trainFolder.StartsWith("train20", StringComparison.OrdinalIgnoreCase);
            Enter(trainFolder);
        }
        else
        {
            coco = false;
        }

        if (ShardIndex.IsIn(root)) return OpenPack(root);

        FolderScan scan = FolderScan.Of(root);
        if (scan.Images.Count == 0)
            return scan.OtherTypes.ContainsKey(".tar") && TarSource.In(root) is { Length: > 0 } tars
                ? OpenTars(root, tars)
                : throw NoImages(root, scan);

        string onlyPart =
            left.Count == 0
                ? ""
                : $" (only {Path.GetRelativePath(given, root).Replace('\\', '/')}/ is used, not {string.Join(", ", left)})";
        (IReadOnlyList<ImageEntry> entries, IReadOnlyList<string> classNames) = WithClasses(scan.Images);
        string below = $"below {root}{onlyPart}{(coco ? ", COCO layout" : "")}{(classNames.Count > 0 ? ", ImageNet layout" : "")}";
        return new ImageSource(root, below, PassedOver(scan), entries, classNames, entries.Count);

        IReadOnlyList<string> Enter(string folder)
        {
            string parent = Path.GetRelativePath(given, root) is "." ? "" : $"{Path.GetRelativePath(given, root)}/";
            left.AddRange(folders.Where(f => !string.Equals(f, folder, StringComparison.Ordinal)).Select(f => $"{parent}{f}/"));
            root = Path.Combine(root, folder);
            return FolderScan.SubFolders(root);
        }
    }

    private static ImageSource OpenPack(string root)
    {
        (List<ImageEntry> entries, string[] classNames, int shards) = ShardIndexReader.Read(root);
        return new ImageSource(root, $"in {Counted(shards, "shard")} of {root}", "", entries, classNames, entries.Count);
    }

    private static ImageSource OpenTars(string root, string[] tars)
    {
        TarSource found = TarSource.Read(root, tars);
        string place = tars.Length == 1 ? $"in {tars[0]}" : $"in {Number(tars.Length)} tars of {root}";
        string notes =
            found.PassedOver == 0
                ? ""
                : $"; skipped: {Counted(found.PassedOver, "other file")} in {(tars.Length == 1 ? "it" : "them")}";
        return new ImageSource(root, place, notes, found.Entries, found.ClassNames, found.Entries.Count);
    }

    private static string? Among(IReadOnlyList<string> folders, string[] wanted) =>
        wanted
            .Select(w => folders.FirstOrDefault(f => string.Equals(f, w, StringComparison.OrdinalIgnoreCase)))
            .FirstOrDefault(f => f is not null);

    // ImageNet's layout: every image is class/file, with at least two classes.
    private static (IReadOnlyList<ImageEntry> Entries, IReadOnlyList<string> ClassNames) WithClasses(IReadOnlyList<ImageEntry> images)
    {
        if (images.Any(e => e.Name.Count('/') != 1)) return (images, []);

        string[] classNames = [.. images.Select(ClassOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (classNames.Length < 2) return (images, []);

        return ([.. images.Select(e => e with { Label = Array.BinarySearch(classNames, ClassOf(e), StringComparer.Ordinal) })], classNames);

        static string ClassOf(ImageEntry entry) => entry.Name[..entry.Name.IndexOf('/', StringComparison.Ordinal)];
    }

    private static string PassedOver(FolderScan scan)
    {
        string unread = Pictures(scan) is { Length: > 0 } pictures ? $"; skipped: {pictures} (types that are not read)" : "";
        return unread + Unreadable(scan);
    }

    private static string Pictures(FolderScan scan) => FolderScan.Describe(scan.OtherTypes.Where(t => PictureTypes.IsUnreadable(t.Key)));

    private static string Unreadable(FolderScan scan) =>
        scan.UnreadableFolders.Count == 0
            ? ""
            : $"; {Counted(scan.UnreadableFolders.Count, "folder")} could not be read: "
                + $"{string.Join(", ", scan.UnreadableFolders.Take(5))}{(scan.UnreadableFolders.Count > 5 ? ", …" : "")}";

    private static DataException NoImages(string root, FolderScan scan)
    {
        string found = scan.OtherTypes.Count == 0 ? "no files" : FolderScan.Describe(scan.OtherTypes);
        string advice =
            Pictures(scan).Length > 0 ? " Pictures of these types cannot be read: convert them to PNG or JPEG."
            : scan.OtherTypes.ContainsKey(".tar") ? " Tars are read from the folder they lie in: give that."
            : scan.OtherTypes.Keys.Any(PictureTypes.IsArchive) ? " Unpack archives first; only plain .tar files are read as they are."
            : "";
        return new DataException(
            $"No images below {root}; there is: {found}{Unreadable(scan)}. Images are files {PictureTypes.ReadableNames}.{advice}");
    }

    private static DataException NotFound(string full)
    {
        string? parent = Path.GetDirectoryName(full);
        while (parent is not null && !Directory.Exists(parent))
            parent = Path.GetDirectoryName(parent);

        return new DataException($"There is no {full}{(parent is null ? "" : $"; the nearest folder that exists is {parent}")}.");
    }

    // In the order of the entries: it determines which image a step sees.
    private static string Hash(IReadOnlyList<ImageEntry> entries)
    {
        var hash = new XxHash128();
        Span<byte> length = stackalloc byte[sizeof(long)];
        foreach (ImageEntry entry in entries)
        {
            hash.Append(Encoding.UTF8.GetBytes(entry.Name));
            hash.Append([0]);
            BinaryPrimitives.WriteInt64LittleEndian(length, entry.Length);
            hash.Append(length);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static string Counted(int number, string noun) => $"{Number(number)} {noun}{(number == 1 ? "" : "s")}";

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
