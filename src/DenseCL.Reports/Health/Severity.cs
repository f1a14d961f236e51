namespace DenseCL.Reports.Health;
/// <summary>x</summary>
public enum Severity {
/// <summary>x</summary>
Good,
/// <summary>x</summary>
Note,
/// <summary>x</summary>
Warning,
/// <summary>x</summary>
Serious }
