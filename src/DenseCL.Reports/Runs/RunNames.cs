namespace DenseCL.Reports.Runs;

/// <summary>What runs are called: by the names of their folders.</summary>
internal static class RunNames
{
    /// <summary>The last part of a path, and as many parts before it as are needed to tell it from the others.</summary>
    /// <param name="path">A full path.</param>
    /// <param name="among">The full paths of all, this one included.</param>
    public static string Of(string path, IReadOnlyList<string> among)
    {
        string[] parts = Parts(path);
        for (int count = 1; count <= parts.Length; count++)
        {
            string[] end = parts[^count..];
            if (among.Count(other => Parts(other).TakeLast(count).SequenceEqual(end, StringComparer.Ordinal)) == 1)
            {
                return string.Join('/', end);
            }
        }

        return path;
    }

    private static string[] Parts(string path) => path.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
}
