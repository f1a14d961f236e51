namespace DenseCL.Transfer.Protocols.Reports;

/// <summary>A table of a report: words in the first column, numbers in the others.</summary>
/// <param name="Heads">The heads of the columns.</param>
/// <param name="Rows">Each with as many cells.</param>
public sealed record ReportTable(IReadOnlyList<string> Heads, IReadOnlyList<IReadOnlyList<string>> Rows);
