using System.Text.Json;
using DenseCL.Tests.Cli;

namespace DenseCL.Tests.Reports.Browser;

/// <summary>The report of two short trainings on scenes, MoCo-v2 and DenseCL, made by the command.</summary>
public sealed class SmallReport : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public SmallReport()
    {
        Images = Path.Combine(ResumeTests.Scenes(folder), "images");
        foreach ((string name, string lambda) in new[] { ("mocov2", "0"), ("densecl", "0.5") })
        {
            Does([.. ResumeTests.Arguments(Images, folder[name]), "--set", $"method.lambda={lambda}"]);
        }

        Does("report", folder["mocov2"], folder["densecl"], "--pictures", "3", "--neighbours", "20", "--out", folder["report.html"]);
    }

    public string Images { get; }

    public Uri Address => new(folder["report.html"]);

    /// <summary>The run folder of one of the two.</summary>
    public string Run(string name) => folder[name];

    /// <summary>The logged steps of a run.</summary>
    public JsonElement[] Steps(string name) =>
        [.. File.ReadLines(Path.Combine(Run(name), "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];

    public void Dispose() => folder.Dispose();

    internal static void Does(params string[] arguments)
    {
        (int status, string output, string error) = Densecl.Run(arguments);
        Assert.True(status == 0, output + error);
    }
}
