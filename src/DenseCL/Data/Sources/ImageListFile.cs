using System.Globalization;
using DenseCL.Platform;

namespace DenseCL.Data.Sources;

/// <summary>A text file that lists images, one path per line.</summary>
internal static class ImageListFile
{
    private const long MaxBytes = 512L << 20;
    private const int Named = 5;

    /// <summary>Reads the list. Blank lines and lines that start with '#' are skipped; the order and duplicates are kept.</summary>
    /// <param name="path">Absolute path of the list; relative lines start at its folder.</param>
    /// <exception cref="DataException">The list cannot be read, or names files that do not exist.</exception>
    public static List<ImageEntry> Read(string path)
    {
        string root = Path.GetDirectoryName(path)!;
        var entries = new List<ImageEntry>();
        var missing = new List<string>();
        int missingCount = 0;
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                throw new DataException($"{path} is larger than {MaxBytes >> 20} MB: a list of images has one path a line.");

            RegularFile.Require(path);
            int number = 0;
            foreach (string raw in File.ReadLines(path))
            {
                number++;
                string line = raw.Trim();
                if (line.Length == 0 || line[0] == '#') continue;
                if (line.Contains('\0', StringComparison.Ordinal))
                    throw new DataException(Invariant($"{path}, line {number}: not text. A list of images has one path a line, in UTF-8."));

                var file = new FileInfo(Path.Combine(root, line));
                long length = file.Exists ? FolderScan.LengthOf(file) : -1;
                if (length >= 0)
                    entries.Add(new ImageEntry(root, NameOf(root, line, file.FullName), length));
                else if (++missingCount <= Named)
                    missing.Add(Invariant($"line {number}: {line}"));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be read: {e.Message}", e);
        }

        if (missingCount > 0)
        {
            string more = missingCount > Named ? ", …" : "";
            throw new DataException(
                Invariant($"{path} names {missingCount:N0} files that do not exist ({string.Join("; ", missing)}{more}). ")
                + $"Relative paths start at {root}; correct the list, or put the files there.");
        }

        if (entries.Count == 0)
            throw new DataException($"{path} names no images: it needs one path a line.");

        return entries;
    }

    // Below the list's folder a name is relative, whichever way it was written: the data may be moved as a whole.
    private static string NameOf(string root, string line, string fullPath)
    {
        string relative = Path.GetRelativePath(root, fullPath);
        string name = Path.IsPathRooted(line) && relative.StartsWith("..", StringComparison.Ordinal) ? fullPath : relative;
        return name.Replace(Path.DirectorySeparatorChar, '/');
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
