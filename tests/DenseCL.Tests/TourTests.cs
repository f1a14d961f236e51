using System.Text.RegularExpressions;

namespace DenseCL.Tests;

/// <summary>docs/tour.md points to lines of the code: each must be the declaration that it names.</summary>
public class TourTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public void Every_line_it_points_to_declares_what_it_names()
    {
        string tour = File.ReadAllText(Repository.PathOf("docs", "tour.md"));
        MatchCollection links = Regex.Matches(
            tour,
            @"\[`(?<member>[\w.]+)`\]\(\.\./(?<file>src/[\w./]+\.cs)#L(?<line>\d+)\)",
            RegexOptions.None,
            Limit);
        Assert.NotEmpty(links);
        Assert.Equal(Regex.Count(tour, @"\.cs#L", RegexOptions.None, Limit), links.Count);
        Assert.All(
            links,
            link =>
            {
                string[] lines = File.ReadAllLines(Repository.PathOf(link.Groups["file"].Value));
                string name = link.Groups["member"].Value.Split('.')[^1];
                int declared =
                    Array.FindIndex(
                        lines,
                        line => Regex.IsMatch(line, $@"^\s*(?:public|internal|private)\b[^=;]*?\b{name}\b(?!\.)", RegexOptions.None, Limit)
                    ) + 1;
                Assert.True(
                    declared == int.Parse(link.Groups["line"].Value, System.Globalization.CultureInfo.InvariantCulture),
                    $"docs/tour.md: {link.Groups["member"].Value} is declared in line {declared} of {link.Groups["file"].Value}.");
            });
    }
}
