namespace DenseCL.Reports.Health;
/// <summary>x</summary>
public sealed record Verdict(string Name, Severity Severity, string Finding, string Advice);
