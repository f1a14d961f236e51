using System.Text;
using DenseCL.Transfer.Protocols;
using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Tests.Transfer.Protocols;

/// <summary>The tables of docs/evaluation.md come from the definitions. With DENSECL_UPDATE_DOCS=1 this test writes them.</summary>
public sealed class EvaluationDocumentTests
{
    private const string Update = "DENSECL_UPDATE_DOCS";

    [Theory]
    [InlineData("evaluations")]
    [InlineData("options")]
    [InlineData("figures")]
    public void The_tables_of_the_documentation_are_those_of_the_definitions(string table)
    {
        string path = Repository.PathOf("docs", "evaluation.md"), text = File.ReadAllText(path);
        (string begin, string end) = ($"<!-- table of {table}: written by EvaluationDocumentTests -->\n", $"<!-- end of {table} -->");
        int from = text.IndexOf(begin, StringComparison.Ordinal), to = text.IndexOf(end, StringComparison.Ordinal);
        Assert.True(from >= 0 && to > from, $"docs/evaluation.md has no place for the table of {table}.");
        string wanted = table switch { "evaluations" => OfEvaluations(), "options" => OfOptions(), _ => OfFigures() };
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            File.WriteAllText(path, text[..(from + begin.Length)] + wanted + text[to..]);
            return;
        }

        Assert.True(
            wanted == text[(from + begin.Length)..to],
            $"The table of {table} in docs/evaluation.md is not that of the definitions: run this test with {Update}=1.\n{wanted}");
    }

    private static string OfEvaluations() => Table(
        ["evaluation", "asks", "takes"],
        Evaluations.All.Select(definition => (string[])[$"`{definition.Name}`", definition.Asks, definition.Data.Summary]));

    private static string OfOptions() =>
        Table(
            ["evaluation", "option", "in files and JSON", "default", "values", ""],
            from definition in Evaluations.All
            from option in definition.Options
            where option.IsOnCommandLine
            select (string[])
                [
                    $"`{definition.Name}`",
                    $"`{option.Flag}`" + (option.Empty is var (flag, _) ? $", `{flag}`" : ""),
                    option.IsInFiles ? $"`{option.Name}`" : "",
                    option.Default,
                    option.IsFlag ? "" : option.Range,
                    option.Help,
                ]);

    private static string OfFigures() =>
        Table(
            ["evaluation", "figure", "unit", ""],
            from definition in Evaluations.All
            from figure in definition.Figures
            select (string[])
                [$"`{definition.Name}`", $"`{figure.Name}`", figure.Unit == FigureUnit.Share ? "share, 0 to 1" : "number", figure.Meaning]);

    private static string Table(string[] heads, IEnumerable<string[]> rows)
    {
        StringBuilder text = new();
        foreach (string[] cells in rows.Prepend([.. heads.Select(_ => "---")]).Prepend(heads))
        {
            text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
        }

        return text.ToString();
    }
}
