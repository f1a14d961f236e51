using System.Text.Json;
using DenseCL.Tests.Reports;
using DenseCL.Tests.Reports.Browser;

namespace DenseCL.Tests.Cli;

public sealed class ReportCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ReportCommandTests()
    {
        foreach (string name in (string[])["one/run", "other/run"])
        {
            WrittenRun run = new(folder[name]);
            run.Log(10, 3);
            run.Log(20, 2);
        }

        Directory.CreateDirectory(folder["empty"]);
        Directory.CreateDirectory(folder["ablation"]);
        File.Copy(Repository.PathOf("docs", "results", "headline", "ablation.yaml"), folder["ablation", "ablation.yaml"]);
        File.WriteAllText(folder["there.html"], "old");
        File.WriteAllText(folder["other.json"], "{\"figures\": 1}");
    }

    public static TheoryData<string[], string> Mistakes => new()
    {
        { ["empty"], "is no run folder: it has no recipe.yaml" },
        { ["nowhere"], "is no run folder" },
        { [""], "empty" },
        { [], "Required argument 'RUN' missing" },
        { ["one/run", "one/run"], "is given twice" },
        { ["one/run", "one/../one/run/"], "is given twice" },
        { ["one/run", "--out", "nowhere/x.html"], "There is no folder" },
        { ["one/run", "--out", "empty"], "is a folder: give the name of a file" },
        { ["one/run", "--out", "there.html"], "--force" },
        { ["one/run", "--eval", "other.json"], "is not the result of an evaluation" },
        { ["one/run", "--eval", "there.html"], "is not the result of an evaluation" },
        { ["one/run", "--eval", "nothing.json"], "nothing.json" },
        { ["ablation"], "There is no run to report on" },
        { ["one/run", "--images", "nowhere"], "nowhere" },
        { ["one/run", "--pictures", "13"], "--pictures" },
        { ["one/run", "--charts", "one"], "not empty" },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_told_before_any_work(string[] arguments, string words)
    {
        (int status, string output, string error) = Run(arguments);
        Assert.True(status == 2, $"status {status}\n{output}{error}");
        Assert.Contains(words, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["one/run", "report.html"]), "Nothing should be written.");
        Assert.Equal("old", File.ReadAllText(folder["there.html"]));
    }

    [Fact]
    public void Runs_whose_folders_have_one_name_get_longer_names_and_json_has_the_common_shape()
    {
        (int status, string output, string error) = Run("one/run", "other/run", "--pictures", "0", "--out", "there.html", "--force", "--charts", "charts", "--json");
        Assert.True(status == 0, output + error);
        JsonElement json = JsonShape.Of(output), figures = json.GetProperty("figures");
        string[] names = ["one/run", "other/run"];
        Assert.Equal(names, json.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("name").GetString()));
        Assert.All(json.GetProperty("runs").EnumerateArray(), run => Assert.Equal(20, run.GetProperty("step").GetInt32()));
        Assert.Equal(new FileInfo(folder["there.html"]).Length, figures.GetProperty("bytes").GetInt64());
        Assert.Equal(Directory.GetFiles(folder["charts"], "*.png").Length, figures.GetProperty("charts").GetInt32());
        Assert.Equal(names, OpenPage.DataOf(folder["there.html"]).GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("name").GetString()));
        Assert.Empty(json.GetProperty("notes").EnumerateArray());
    }

    [Fact]
    public void Pictures_are_left_out_with_the_reason_where_images_are_not_known()
    {
        (int status, string output, string error) = Run("one/run");
        Assert.True(status == 0, output + error);
        Assert.Contains("Note: There are no pictures: the runs do not say where their images are. Give some with --images DIR.", error, StringComparison.Ordinal);
        JsonElement data = OpenPage.DataOf(folder["one/run", "report.html"]);
        Assert.False(data.TryGetProperty("maps", out _));
        Assert.Equal("There are no pictures: the runs do not say where their images are. Give some with --images DIR.", data.GetProperty("notes")[0].GetString());

        (status, output, error) = Run("one/run", "--pictures", "0");       // the default place may be replaced
        Assert.True(status == 0, output + error);
        Assert.DoesNotContain("Note:", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ablation_gives_its_runs_and_tables_and_evaluations_theirs()
    {
        File.Copy(Repository.PathOf("docs", "results", "headline", "results.jsonl"), folder["ablation", "results.jsonl"]);
        new WrittenRun(folder["ablation", "runs", "DenseCL-1"]).Log(10, 3);
        new WrittenRun(folder["ablation", "runs", "MoCo-v2-0"]).Log(10, 3);
        File.WriteAllText(
            folder["knn.json"],
            """{"what": "DenseCL for .NET", "command": "eval knn", "settings": {"k": 20}, "weights": "w", "figures": {"accuracy": 0.25, "none": null}}""");
        (int status, string output, string error) = Run("ablation", "--pictures", "0", "--eval", "knn.json", "--out", "a.html");
        Assert.True(status == 0, output + error);
        JsonElement data = OpenPage.DataOf(folder["a.html"]);
        Assert.Equal(["MoCo-v2, seed 0", "DenseCL, seed 1"], data.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("name").GetString()));
        JsonElement[] tables = [.. data.GetProperty("tables").EnumerateArray()];
        Assert.Equal(
            [
                "eval knn: w",
                "ablation: dense-probe: { stride: 8, shortSide: 240 }", "ablation: dense-probe: { stride: 8, shortSide: 240, labelled: 36 }",
                "ablation: segmentation: { recipe: fcn-small }", "ablation: segmentation: { recipe: fcn-small, labelled: 36 }",
            ],
            tables.Select(table => table.GetProperty("title").GetString()));
        Assert.Equal("""["accuracy","0.25"]""", tables[0].GetProperty("tables")[0].GetProperty("rows")[0].ToString());

        // Each row of the table beside the results is in the page.
        string[] rows = [.. File.ReadLines(Repository.PathOf("docs", "results", "headline", "table.md")).Where(line => line.StartsWith("| DenseCL |", StringComparison.Ordinal)).Take(1)];
        string[] cells = [.. tables[1].GetProperty("tables")[0].GetProperty("rows").EnumerateArray().Single(row => row[0].GetString() == "DenseCL").EnumerateArray().Select(cell => cell.GetString()!)];
        Assert.Equal(rows[0].Trim('|').Split('|').Select(cell => cell.Trim().Trim('*')), cells.Select(cell => cell.Trim()));
    }

    private (int Status, string Output, string Error) Run(params string[] arguments) =>
        Densecl.Run(["report", .. arguments.Select(word => word.StartsWith('-') || word.All(char.IsAsciiDigit) ? word : folder[word])]);
}
