using System.ComponentModel;
using System.Diagnostics;

namespace DenseCL.Tests;

/// <summary>A program that may be on this machine: another implementation to compare with.</summary>
internal static class OtherProgram
{
    /// <summary>Runs it; skips the test where there is none.</summary>
    /// <remarks>Waits in place: a dispose scope and <c>no_grad</c> belong to a thread, and an awaiting test may go on in another.</remarks>
    public static (string Output, string Error) Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            CancellationToken cancel = TestContext.Current.CancellationToken;
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancel), error = process.StandardError.ReadToEndAsync(cancel);
            Task.WaitAll([output, error], cancel);
            process.WaitForExit();
            return (output.Result, error.Result);
        }
        catch (Win32Exception)
        {
            Assert.Skip($"There is no {program} here.");
            throw;
        }
    }
}
