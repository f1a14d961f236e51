using DenseCL.Transfer.Protocols.Reports;

namespace DenseCL.Reports.Pages;

/// <summary>A table with its heading.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Tables">One or more tables.</param>
/// <param name="Lines">Lines below.</param>
internal sealed record TableData(string Title, IReadOnlyList<ReportTable> Tables, IReadOnlyList<string> Lines);
