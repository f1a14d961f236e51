using System.Globalization;
using DenseCL.Weights.Tensors.Naming;
using Spectre.Console;

namespace DenseCL.Cli.Display;

/// <summary>Prints what was loaded from a weight file.</summary>
internal static class LoadReportDisplay
{
    private const int Examples = 3;

    public static void Show(LoadReport report)
    {
        Console.WriteLine($"{report.File}: names of {report.Convention}.");
        Table table = new Table().AddColumn("").AddColumn(new TableColumn("tensors").RightAligned()).AddColumn("such as");
        foreach (TensorFate fate in Enum.GetValues<TensorFate>())
        {
            LoadedTensor[] lines = [.. report.Tensors.Where(line => line.Fate == fate)];
            if (lines.Length > 0 || fate is TensorFate.Matched or TensorFate.Missing)
            {
                string examples = string.Join(", ", lines.Take(Examples).Select(Describe)) + (lines.Length > Examples ? ", …" : "");
                table.AddRow(Words(fate), lines.Length.ToString(CultureInfo.InvariantCulture), Markup.Escape(examples));
            }
        }

        AnsiConsole.Write(table);
        foreach (string note in report.Notes)
        {
            Console.WriteLine(note);
        }
    }

    private static string Words(TensorFate fate) => fate switch
    {
        TensorFate.OtherShape => "of another shape",
        _ => fate.ToString().ToLowerInvariant(),
    };

    private static string Describe(LoadedTensor line) => line.Remark.Length == 0 ? line.Name : $"{line.Name} ({line.Remark})";
}
