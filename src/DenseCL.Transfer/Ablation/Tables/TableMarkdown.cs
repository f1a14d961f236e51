using System.Globalization;
using System.Text;
using DenseCL.Transfer.Measures;

namespace DenseCL.Transfer.Ablation.Tables;

/// <summary>Tables for reading: shares in per cent with one decimal, their differences in points.</summary>
internal static class TableMarkdown
{
    private const string None = "–";

    public static string Of(AblationTable table)
    {
        StringBuilder text = new("# Results\n");
        foreach (string evaluation in table.Evaluations)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## `{evaluation}`\n\n");
            AblationTableRow[] rows = [.. table.Rows.Where(row => row.Evaluation == evaluation)];
            if (rows.Length == 0)
            {
                text.Append("No results yet.\n");
                continue;
            }

            string main = rows[0].Figure;
            AppendMain(text, [.. rows.Where(row => row.Figure == main)], table);
            AppendOthers(text, [.. rows.Where(row => row.Figure != main)]);
        }

        string comparison = table.Baseline is null
            ? ""
            : $" The difference is to {table.Baseline} with the same seed, over the seeds that both have; "
                + $"p is that of the paired t test, not corrected for the number of comparisons.";
        text.Append(
            CultureInfo.InvariantCulture,
            $"\nMean ± sample standard deviation over n seeds; "
            + $"intervals are 95 % confidence intervals of the mean by Student's t.{comparison}\n"
        );
        return text.ToString();
    }

    /// <summary>A figure as it is shown.</summary>
    public static string Number(double value, bool isShare) =>
        double.IsNaN(value) ? None
        : isShare ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:F1} %")
        : value.ToString("G4", CultureInfo.InvariantCulture);

    private static void AppendMain(StringBuilder text, AblationTableRow[] rows, AblationTable table)
    {
        string[] seeds = [.. table.Seeds.Select(seed => string.Create(CultureInfo.InvariantCulture, $"seed {seed}"))];
        string[] comparison = table.Baseline is null ? [] : [$"difference to {table.Baseline}", "95 % interval", "p"];
        AppendLine(text, ["variant", rows[0].Figure, "95 % interval", "n", .. seeds, .. comparison]);
        AppendLine(text, ["---", .. Enumerable.Repeat("---:", 3 + seeds.Length + comparison.Length)]);
        foreach (AblationTableRow row in rows)
        {
            AppendLine(
                text,
                [
                    row.Variant, MeanOf(row), IntervalOf(row.Mean, value => Plain(value, row.IsShare), row.IsShare ? " %" : ""),
                    row.Mean.Count.ToString(CultureInfo.InvariantCulture),
                    .. table.Seeds.Select(seed =>
                        row.Values.Where(pair => pair.Key == seed).Select(pair => Number(pair.Value, row.IsShare)).FirstOrDefault(None)),
                    .. table.Baseline is null ? [] : DifferenceOf(row),
                ]);
        }
    }

    private static void AppendOthers(StringBuilder text, AblationTableRow[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        string[] figures = [.. rows.Select(row => row.Figure).Distinct(StringComparer.Ordinal)];
        text.Append('\n');
        AppendLine(text, ["variant", .. figures]);
        AppendLine(text, ["---", .. figures.Select(_ => "---:")]);
        foreach (IGrouping<string, AblationTableRow> variant in rows.GroupBy(row => row.Variant, StringComparer.Ordinal))
        {
            AppendLine(text, [variant.Key, .. figures.Select(figure => variant.Where(row => row.Figure == figure).Select(MeanAndIntervalOf).FirstOrDefault(None))]);
        }
    }

    private static void AppendLine(StringBuilder text, IEnumerable<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");

    private static string MeanOf(AblationTableRow row) => row.Mean.StandardDeviation is { } deviation
        ? $"{Plain(row.Mean.Mean, row.IsShare)} ± {Number(deviation, row.IsShare)}"
        : Number(row.Mean.Mean, row.IsShare);

    private static string MeanAndIntervalOf(AblationTableRow row) =>
        MeanOf(row)
        + (row.Mean.Low is null ? "" : $" ({IntervalOf(row.Mean, value => Plain(value, row.IsShare), row.IsShare ? " %" : "")})");

    private static string[] DifferenceOf(AblationTableRow row) => row.Difference is not { } difference
        ? [None, None, None]
        : [Signed(difference.Mean, row.IsShare), IntervalOf(difference, value => Signed(value, row.IsShare), ""), PValueOf(difference)];

    private static string IntervalOf(Estimate estimate, Func<double, string> number, string unit) =>
        estimate is { Low: { } low, High: { } high } ? $"{number(low)} … {number(high)}{unit}" : None;

    private static string PValueOf(Estimate difference) => difference.PValue switch
    {
        null => None,
        < 0.001 => "< 0.001",
        { } p => p.ToString("F3", CultureInfo.InvariantCulture),
    };

    private static string Plain(double value, bool isShare) =>
        isShare ? (100 * value).ToString("F1", CultureInfo.InvariantCulture) : value.ToString("G4", CultureInfo.InvariantCulture);

    private static string Signed(double value, bool isShare) => (value > 0 ? "+" : "") + Plain(value, isShare);
}
