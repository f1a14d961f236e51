using System.Globalization;
using System.Text;
using DenseCL.Transfer.Measures;

namespace DenseCL.Transfer.Ablation.Tables;

/// <summary>
/// The table for spreadsheets: a line for every evaluation, figure and variant. Numbers have all digits and a decimal point; unknown values
/// are empty.
/// </summary>
internal static class TableCsv
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static string Of(AblationTable table)
    {
        StringBuilder text = new();
        AppendLine(
            text,
            [
                "evaluation",
                "figure",
                "variant",
                "n",
                "mean",
                "sd",
                "ci95_low",
                "ci95_high",
                "difference_n",
                "difference",
                "difference_sd",
                "difference_ci95_low",
                "difference_ci95_high",
                "p",
                .. table.Seeds.Select(seed => string.Create(Invariant, $"seed_{seed}")),
            ]);
        foreach (AblationTableRow row in table.Rows)
        {
            Estimate mean = row.Mean;
            Estimate? difference = row.Difference;
            AppendLine(
                text,
                [
                    row.Evaluation,
                    row.Figure,
                    row.Variant,
                    mean.Count.ToString(Invariant),
                    Number(mean.Mean),
                    Number(mean.StandardDeviation),
                    Number(mean.Low),
                    Number(mean.High),
                    difference?.Count.ToString(Invariant) ?? "",
                    Number(difference?.Mean),
                    Number(difference?.StandardDeviation),
                    Number(difference?.Low),
                    Number(difference?.High),
                    Number(difference?.PValue),
                    .. table.Seeds.Select(seed =>
                        Number(row.Values.Where(pair => pair.Key == seed).Select(pair => (double?)pair.Value).FirstOrDefault())),
                ]);
        }

        return text.ToString();
    }

    private static string Number(double? value) => value?.ToString("R", Invariant) ?? "";

    private static void AppendLine(StringBuilder text, IEnumerable<string> cells) => text.AppendJoin(',', cells.Select(Cell)).Append('\n');

    private static string Cell(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
