using System.Globalization;
using System.Text;

namespace DenseCL.Transfer.Measures;

/// <summary>Lines of a file of comma-separated values (RFC 4180). Numbers are written the same in every country.</summary>
internal static class CsvLine
{
    /// <summary>Appends a line.</summary>
    public static void Append(StringBuilder text, IEnumerable<string> cells) => text.AppendJoin(',', cells.Select(Cell)).Append('\n');

    /// <summary>A number with all its digits; empty if it is unknown.</summary>
    public static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    private static string Cell(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
