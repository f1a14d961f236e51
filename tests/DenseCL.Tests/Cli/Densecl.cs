using System.Diagnostics;

namespace DenseCL.Tests.Cli;

/// <summary>The command, as a user starts it: a process of its own.</summary>
internal static class Densecl
{
    public static (int Status, string Output, string Error) Run(params string[] arguments) => End(Start(arguments));

    /// <summary>The same for a user of another language.</summary>
    public static (int Status, string Output, string Error) RunIn(string language, params string[] arguments) =>
        End(Start(arguments, language));

    private static (int Status, string Output, string Error) End(Process started)
    {
        using Process process = started;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }

    public static Process Start(params string[] arguments) => Start(arguments, null);

    private static Process Start(string[] arguments, string? language)
    {
        ProcessStartInfo start = new(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "DenseCL.Cli.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Waiting threads that spin take the processor from the tests that run beside.
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        if (language is not null)
        {
            start.Environment["LC_ALL"] = language;
        }

        return Process.Start(start)!;
    }
}
