namespace DenseCL.Mutants;

/// <summary>One change of the method's source.</summary>
/// <param name="Id">From 1.</param>
/// <param name="File">Its name below the folder of the method.</param>
/// <param name="Line">From 1.</param>
/// <param name="Original">What stands there.</param>
/// <param name="Mutated">What stands there instead.</param>
internal sealed record Mutant(int Id, string File, int Line, string Original, string Mutated);

/// <summary>What the tests said of a change.</summary>
/// <param name="Id">Of the mutant.</param>
/// <param name="Status">killed, timeout, crash, survived, or uncovered, which is a survivor too.</param>
/// <param name="By">The test that told; null for a survivor.</param>
internal sealed record Verdict(int Id, string Status, string? By)
{
    public const string Killed = "killed", Timeout = "timeout", Crash = "crash", Survived = "survived", Uncovered = "uncovered";
}
