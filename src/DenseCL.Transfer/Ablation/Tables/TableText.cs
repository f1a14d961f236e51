using System.Globalization;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Protocols.Reports;

namespace DenseCL.Transfer.Ablation.Tables;

/// <summary>Tables as text for readers: shares in per cent with one decimal, their differences in points.</summary>
internal static class TableText
{
    private const string None = "–";

    /// <summary>The tables of each evaluation: the main figure, and the others if there are any. None if there are no results yet.</summary>
    public static IEnumerable<(string Evaluation, IReadOnlyList<ReportTable> Tables)> Of(AblationTable table)
    {
        foreach (string evaluation in table.Evaluations)
        {
            AblationTableRow[] rows = [.. table.Rows.Where(row => row.Evaluation == evaluation)];
            if (rows.Length == 0)
            {
                yield return (evaluation, []);
                continue;
            }

            string main = rows[0].Figure;
            AblationTableRow[] others = [.. rows.Where(row => row.Figure != main)];
            yield return (evaluation, [Main([.. rows.Where(row => row.Figure == main)], table), .. others.Length == 0 ? [] : (ReportTable[])[Others(others)]]);
        }
    }

    /// <summary>What the numbers are.</summary>
    public static string Explanation(AblationTable table)
    {
        string comparison = table.Baseline is null
            ? ""
            : $" The difference is to {table.Baseline} with the same seed, over the seeds that both have; "
                + $"p is that of the paired t test, not corrected for the number of comparisons.";
        return "Mean ± sample standard deviation over n seeds; "
            + $"intervals are 95 % confidence intervals of the mean by Student's t.{comparison}";
    }

    /// <summary>A figure as it is shown.</summary>
    public static string Number(double value, bool isShare) =>
        double.IsNaN(value) ? None
        : isShare ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:F1} %")
        : value.ToString("G4", CultureInfo.InvariantCulture);

    private static ReportTable Main(AblationTableRow[] rows, AblationTable table)
    {
        string[] seeds = [.. table.Seeds.Select(seed => string.Create(CultureInfo.InvariantCulture, $"seed {seed}"))];
        string[] comparison = table.Baseline is null ? [] : [$"difference to {table.Baseline}", "95 % interval", "p"];
        return new ReportTable(
            ["variant", rows[0].Figure, "95 % interval", "n", .. seeds, .. comparison],
            [
                .. rows.Select(row => (string[])
                [
                    row.Variant, MeanOf(row), IntervalOf(row.Mean, value => Plain(value, row.IsShare), row.IsShare ? " %" : ""),
                    row.Mean.Count.ToString(CultureInfo.InvariantCulture),
                    .. table.Seeds.Select(seed =>
                        row.Values.Where(pair => pair.Key == seed).Select(pair => Number(pair.Value, row.IsShare)).FirstOrDefault(None)),
                    .. table.Baseline is null ? [] : DifferenceOf(row),
                ]),
            ]);
    }

    private static ReportTable Others(AblationTableRow[] rows)
    {
        string[] figures = [.. rows.Select(row => row.Figure).Distinct(StringComparer.Ordinal)];
        return new ReportTable(
            ["variant", .. figures],
            [
                .. rows.GroupBy(row => row.Variant, StringComparer.Ordinal).Select(variant => (string[])
                [
                    variant.Key,
                    .. figures.Select(figure => variant.Where(row => row.Figure == figure).Select(MeanAndIntervalOf).FirstOrDefault(None)),
                ]),
            ]);
    }

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
