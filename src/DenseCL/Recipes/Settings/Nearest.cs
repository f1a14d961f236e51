namespace DenseCL.Recipes.Settings;

/// <summary>Finds the name that was probably meant.</summary>
internal static class Nearest
{
    /// <summary>The end of a sentence, without its full stop, that names the nearest candidate; empty if none is near.</summary>
    public static string Hint(string name, IEnumerable<string> candidates) =>
        candidates.MinBy(candidate => Distance(name, candidate)) is { } nearest && IsNear(name, nearest)
            ? $"; the nearest is `{nearest}`"
            : "";

    /// <summary>Whether <paramref name="name"/> is so similar to <paramref name="candidate"/> that it was probably meant.</summary>
    public static bool IsNear(string name, string candidate) =>
        Distance(name, candidate) <= Math.Min(name.Length, candidate.Length) / 4;

    /// <summary>
    /// Levenshtein's distance, ignoring case, '-' and '_' (learning_rate equals learningRate); also 0 for the initials (lr).
    /// </summary>
    public static int Distance(string name, string candidate)
    {
        const int Longest = 64;
        if (name.Length > Longest)
        {
            return int.MaxValue;
        }

        string initials = string.Concat(candidate.Where((c, i) => i == 0 || char.IsAsciiLetterUpper(c))).ToLowerInvariant();
        if (initials.Length > 1 && string.Equals(name, initials, StringComparison.Ordinal))
        {
            return 0;
        }

        (name, candidate) = (Normal(name), Normal(candidate));
        int[] row = [.. Enumerable.Range(0, candidate.Length + 1)];
        for (int i = 1; i <= name.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= candidate.Length; j++)
            {
                int replaced = diagonal + (name[i - 1] == candidate[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    private static string Normal(string name) => string.Concat(name.Where(c => c is not ('-' or '_')).Select(char.ToLowerInvariant));
}
