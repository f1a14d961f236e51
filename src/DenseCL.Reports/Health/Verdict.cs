namespace DenseCL.Reports.Health;

/// <summary>What is so with a run. docs/health.md has the rule of each.</summary>
/// <param name="Name">A short name that does not change, such as <c>collapse</c>.</param>
/// <param name="Severity">How much it should worry.</param>
/// <param name="Finding">What is so, and the numbers that say so.</param>
/// <param name="Advice">What to do; empty if nothing.</param>
public sealed record Verdict(string Name, Severity Severity, string Finding, string Advice);
