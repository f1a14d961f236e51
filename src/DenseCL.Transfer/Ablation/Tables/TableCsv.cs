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
        CsvLine.Append(
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
            CsvLine.Append(
            text,
                [
                    row.Evaluation,
                    row.Figure,
                    row.Variant,
                    mean.Count.ToString(Invariant),
                    CsvLine.Number(mean.Mean),
                    CsvLine.Number(mean.StandardDeviation),
                    CsvLine.Number(mean.Low),
                    CsvLine.Number(mean.High),
                    difference?.Count.ToString(Invariant) ?? "",
                    CsvLine.Number(difference?.Mean),
                    CsvLine.Number(difference?.StandardDeviation),
                    CsvLine.Number(difference?.Low),
                    CsvLine.Number(difference?.High),
                    CsvLine.Number(difference?.PValue),
                    .. table.Seeds.Select(seed =>
                        CsvLine.Number(row.Values.Where(pair => pair.Key == seed).Select(pair => (double?)pair.Value).FirstOrDefault())),
                ]);
        }

        return text.ToString();
    }
}
