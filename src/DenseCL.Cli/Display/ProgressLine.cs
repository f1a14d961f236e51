using System.Text;

namespace DenseCL.Cli.Display;

/// <summary>A task's progress in one line of text.</summary>
/// <param name="Title">What is done, in a word or two.</param>
/// <param name="Share">How much is done: 0 to 1.</param>
/// <param name="Left">The time that is left; null if it is not known.</param>
/// <param name="Details">More to say, the most important first.</param>
internal sealed record ProgressLine(string Title, double Share, TimeSpan? Left, IReadOnlyList<string> Details)
{
    private const int ShortestBar = 8, LongestBar = 40;

    /// <summary>Whether the terminal shows more than ASCII.</summary>
    public bool Unicode { get; init; } = true;

    /// <summary>
    /// The line in at most so many characters. Title, share and time come first, then a bar, then the details from the first to the last
    /// that fits; the bar grows into what is left.
    /// </summary>
    /// <param name="width">Characters: 1 or more.</param>
    public string Fit(int width)
    {
        double share = Math.Clamp(Share, 0, 1);
        string percent = FormattableString.Invariant($" {Math.Floor(100 * share),3} %");
        string left = Left is { } time && share < 1 ? $"  {Duration.Of(time)} left" : "";
        int room = width - Title.Length - percent.Length;
        if (room < 0)
        {
            return Title.Length + percent.Length - width < Title.Length ? $"{Title[..(width - percent.Length)]}{percent}" : Title[..Math.Min(width, Title.Length)];
        }

        left = left.Length <= room ? left : "";
        room -= left.Length;
        if (room <= ShortestBar)
        {
            return $"{Title}{percent}{left}";
        }

        StringBuilder details = new();
        foreach (string detail in Details.TakeWhile(detail => details.Length + detail.Length + 2 <= room - ShortestBar - 1))
        {
            details.Append("  ").Append(detail);
        }

        return $"{Title} {Bar(share, Math.Min(LongestBar, room - details.Length - 1))}{percent}{left}{details}";
    }

    private string Bar(double share, int length)
    {
        int full = (int)(share * length);
        return Unicode
            ? new string('━', full) + (full < length ? "╸" + new string('─', length - full - 1) : "")
            : new string('#', full) + new string('-', length - full);
    }
}
