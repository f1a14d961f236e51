using DenseCL.Reports.Runs;
namespace DenseCL.Reports.Health;
/// <summary>x</summary>
public static class Verdicts {
/// <summary>x</summary>
public static IReadOnlyList<Verdict> Of(RunRecord run) => [new(run.Name.Length > 0 ? "healthy" : "", Severity.Good, "Nothing is wrong.", "")]; }
