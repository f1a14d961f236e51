using System.ComponentModel;
using System.Diagnostics;

namespace DenseCL.Tests;

/// <summary>A program that may be on this machine: another implementation to compare with.</summary>
internal static class OtherProgram
{
    /// <summary>Runs it; skips the test where there is none.</summary>
    public static async Task<(string Output, string Error)> Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            CancellationToken cancel = TestContext.Current.CancellationToken;
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancel), error = process.StandardError.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel);
            return (await output, await error);
        }
        catch (Win32Exception)
        {
            Assert.Skip($"There is no {program} here.");
            throw;
        }
    }
}
