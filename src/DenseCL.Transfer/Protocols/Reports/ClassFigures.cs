namespace DenseCL.Transfer.Protocols.Reports;

/// <summary>The figures of a class.</summary>
/// <param name="Name">The class.</param>
/// <param name="Figures">Its figures by name, such as <c>iou</c>, the same for every class; NaN for what could not be measured.</param>
public sealed record ClassFigures(string Name, IReadOnlyList<KeyValuePair<string, double>> Figures);
