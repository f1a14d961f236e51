using System.Globalization;

namespace DenseCL.Data.Sources;

/// <summary>The content of a folder: its images in ordinal order of their names, and what was skipped.</summary>
internal sealed class FolderScan
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    private readonly SortedDictionary<string, int> otherTypes = new(StringComparer.Ordinal);
    private readonly List<string> unreadableFolders = [];
    private readonly List<ImageEntry> images = [];
    private readonly string root;

    private FolderScan(string root) => this.root = root;

    public IReadOnlyList<ImageEntry> Images => images;

    /// <summary>Relative names of the folders that could not be read, sorted.</summary>
    public IReadOnlyList<string> UnreadableFolders => unreadableFolders;

    /// <summary>The number of files that are not images, by extension in lower case.</summary>
    public IReadOnlyDictionary<string, int> OtherTypes => otherTypes;

    /// <summary>
    /// Lists a folder and everything below it. Names with a leading dot are skipped. A folder that links lead to more than once, or in a
    /// circle, is listed once.
    /// </summary>
    /// <param name="root">Absolute path of a folder that exists.</param>
    public static FolderScan Of(string root)
    {
        var scan = new FolderScan(root);
        scan.Walk();
        scan.images.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        scan.unreadableFolders.Sort(StringComparer.Ordinal);
        return scan;
    }

    /// <summary>Names of the visible sub-folders, sorted; none if the folder cannot be read, which the scan will report.</summary>
    public static IReadOnlyList<string> SubFolders(string folder)
    {
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateDirectories("*", Everything).Select(d => d.Name)
                .Where(n => !n.StartsWith('.')).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private void Walk()
    {
        var visited = new HashSet<string>(StringComparer.Ordinal);
        var folders = new Stack<(string Name, string RealPath)>();
        folders.Push(("", RealPath(root)));
        while (folders.TryPop(out (string Name, string RealPath) folder))
        {
            if (!visited.Add(folder.RealPath)) continue;

            var subFolders = new List<(string Name, string RealPath)>();
            try
            {
                foreach (FileSystemInfo found in new DirectoryInfo(folder.RealPath).EnumerateFileSystemInfos("*", Everything))
                {
                    if (found.Name.StartsWith('.')) continue;

                    string name = folder.Name.Length == 0 ? found.Name : $"{folder.Name}/{found.Name}";
                    if (Target(found) is DirectoryInfo directory)
                        subFolders.Add((name, ReferenceEquals(directory, found) ? directory.FullName : RealPath(directory.FullName)));
                    else
                        Take(name, found);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                unreadableFolders.Add(folder.Name.Length == 0 ? "." : folder.Name);
            }

            // The order decides which name is used for a folder that has several: the same on every file system.
            subFolders.Sort((a, b) => string.CompareOrdinal(b.Name, a.Name));
            foreach ((string Name, string RealPath) subFolder in subFolders)
                folders.Push(subFolder);
        }
    }

    private void Take(string name, FileSystemInfo file)
    {
        string extension = Path.GetExtension(name).ToLowerInvariant();
        if (PictureTypes.IsReadable(extension))
            images.Add(new ImageEntry(root, name, LengthOf(file)));
        else
            otherTypes[extension] = otherTypes.GetValueOrDefault(extension) + 1;
    }

    /// <summary>The target of a link, through all links; the entry itself if it is not a link or has no target.</summary>
    private static FileSystemInfo Target(FileSystemInfo found)
    {
        if (!found.Attributes.HasFlag(FileAttributes.ReparsePoint)) return found;

        try
        {
            return found.ResolveLinkTarget(returnFinalTarget: true) is { Exists: true } target ? target : found;
        }
        catch (IOException)
        {
            return new FileInfo(found.FullName); // circular links
        }
    }

    /// <summary>
    /// Length of a file in bytes, through links; −1 for a link without a target. Opening the source then does not fail because of one bad
    /// link; checking the headers will report it.
    /// </summary>
    public static long LengthOf(FileSystemInfo file)
    {
        try
        {
            // A link without a target is its own target, and has the length of its text.
            return Target(file) is FileInfo { Exists: true, LinkTarget: null } target ? target.Length : -1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return -1;
        }
    }

    /// <summary>The path without links in any part of it, so a folder that is reached in two ways is recognised as one.</summary>
    private static string RealPath(string path, int linksLeft = 40)
    {
        string real = Path.GetPathRoot(path)!;
        foreach (string part in path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            if (linksLeft > 0 && new DirectoryInfo(real).ResolveLinkTarget(returnFinalTarget: false) is { } target)
                real = RealPath(Path.GetFullPath(target.FullName), linksLeft - 1);
        }

        return real;
    }

    /// <summary>"12 .tif, 3 .txt, 1 without extension", the most frequent first; empty if there is nothing.</summary>
    public static string Describe(IEnumerable<KeyValuePair<string, int>> types) => string.Join(", ", types
        .OrderByDescending(t => t.Value).Take(5)
        .Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Value:N0} {(t.Key.Length == 0 ? "without extension" : t.Key)}")));
}
