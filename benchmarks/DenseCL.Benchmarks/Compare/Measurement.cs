using System.Diagnostics;
using System.Text.Json;

namespace DenseCL.Benchmarks.Compare;

/// <summary>A program that measures itself and prints one JSON object. It is run once a round, in a process of its own.</summary>
internal sealed class Measurement(string program, string[] arguments, IReadOnlyDictionary<string, string> environment)
{
    // None of these is to leak from the shell into a measurement: they choose the opponent's kernels, or how memory is kept.
    private static readonly string[] Unset = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "MALLOC_MMAP_MAX_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_"];

    private readonly List<JsonElement> rounds = [];

    /// <summary>What is run, without the folders.</summary>
    public string Name => string.Join(' ', [.. environment.Keys.Take(1).Select(_ => "(tuned)"), .. arguments.Select(argument => Path.IsPathRooted(argument) ? Path.GetFileName(argument) : argument)]);

    /// <summary>The version of PyTorch that it ran with, if it named one.</summary>
    public string? Torch => rounds[0].TryGetProperty("torch", out JsonElement version) ? version.GetString() : null;

    /// <summary>Runs it once more.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it said.</exception>
    public void Run()
    {
        ProcessStartInfo start = new(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in Unset)
        {
            start.Environment.Remove(name);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        string? last = output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault();
        if (process.ExitCode != 0 || last is null)
        {
            throw new InvalidOperationException($"'{program} {string.Join(' ', arguments)}' ended with status {process.ExitCode}: {error.Result.Trim()}");
        }

        using JsonDocument json = JsonDocument.Parse(last);
        rounds.Add(json.RootElement.Clone());
        Console.Error.WriteLine($"{Name}: {last}");
    }

    public IEnumerable<double> Values(string key) => rounds.Select(round => round.GetProperty(key).GetDouble());

    public double Median(string key) => Benchmarks.Median.Of(Values(key));

    /// <summary>What it said in words.</summary>
    public string Said(string key) => rounds[0].GetProperty(key).GetString()!;
}
