namespace DenseCL.Tests.Documents;

/// <summary>The fenced blocks of README.md that are no C#: what a reader types.</summary>
internal static class Fence
{
    /// <summary>The lines of the first block below a heading.</summary>
    public static IReadOnlyList<string> Below(string heading)
    {
        string[] lines = File.ReadAllLines(Repository.PathOf("README.md"));
        int start = Array.IndexOf(lines, "```", Array.IndexOf(lines, heading));
        return lines[(start + 1)..Array.IndexOf(lines, "```", start + 1)];
    }
}
