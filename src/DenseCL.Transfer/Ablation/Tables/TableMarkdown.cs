using System.Globalization;
using System.Text;
using DenseCL.Transfer.Protocols.Reports;

namespace DenseCL.Transfer.Ablation.Tables;

/// <summary>The table as Markdown.</summary>
internal static class TableMarkdown
{
    public static string Of(AblationTable table)
    {
        StringBuilder text = new("# Results\n");
        foreach ((string evaluation, IReadOnlyList<ReportTable> tables) in TableText.Of(table))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## `{evaluation}`\n\n");
            text.AppendJoin('\n', tables.Select(Lines));
            text.Append(tables.Count == 0 ? "No results yet.\n" : "");
        }

        return text.Append(CultureInfo.InvariantCulture, $"\n{TableText.Explanation(table)}\n").ToString();
    }

    private static string Lines(ReportTable table) => string.Concat(
    [
        Line(table.Heads),
        Line(["---", .. Enumerable.Repeat("---:", table.Heads.Count - 1)]),
        .. table.Rows.Select(Line),
    ]);

    private static string Line(IReadOnlyList<string> cells) =>
        $"| {string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n";
}
