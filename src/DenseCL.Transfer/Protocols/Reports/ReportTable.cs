namespace DenseCL.Transfer.Protocols.Reports;

/// <summary>A table of a report: words in the first column, numbers in the others.</summary>
/// <param name="Heads">The heads of the columns.</param>
/// <param name="Rows">The rows, each with as many cells as there are columns.</param>
public sealed record ReportTable(IReadOnlyList<string> Heads, IReadOnlyList<IReadOnlyList<string>> Rows);
