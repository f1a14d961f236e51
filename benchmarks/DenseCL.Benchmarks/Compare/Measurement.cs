using System.Diagnostics;
using System.Text.Json;
using DenseCL.Platform;

namespace DenseCL.Benchmarks.Compare;

/// <summary>A program that measures itself and prints one JSON object. It is run once a round, in a process of its own.</summary>
internal sealed class Measurement(string name, string program, string[] arguments, IReadOnlyDictionary<string, string> environment)
{
    // None of these is to leak from the shell into a measurement: they choose the opponent's kernels, or how memory is kept.
    private static readonly string[] Unset =
        ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "MALLOC_MMAP_MAX_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_", MachineCode.Switch];

    private readonly List<JsonElement> rounds = [];

    /// <summary>What is run.</summary>
    public string Name => name;

    /// <summary>The version of PyTorch that it ran with, if it named one.</summary>
    public string? Torch => Find(rounds[0], "torch")?.GetString();

    /// <summary>Runs it once more.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it said.</exception>
    public void Run()
    {
        ProcessStartInfo start = new(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string variable in Unset)
        {
            start.Environment.Remove(variable);
        }

        foreach ((string variable, string value) in environment)
        {
            start.Environment[variable] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        string? last = output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault();
        if (process.ExitCode != 0 || last is null)
        {
            throw new InvalidOperationException($"'{name}' ({program}) ended with status {process.ExitCode}: {error.Result.Trim()}");
        }

        rounds.Add(JsonElement.Parse(last));
        Console.Error.WriteLine($"{name}: {last}");
    }

    /// <summary>A number of each round.</summary>
    public IEnumerable<double> Values(string key) => rounds.Select(round => Need(round, key).GetDouble());

    public double Median(string key) => Training.Median.Of(Values(key));

    /// <summary>What it said in words.</summary>
    public string Said(string key) => Need(rounds[0], key).GetString()!;

    private JsonElement Need(JsonElement round, string key) =>
        Find(round, key) ?? throw new InvalidOperationException($"'{name}' printed an object without '{key}', which README.md asks for.");

    /// <summary>A member: ours are among the figures or settings, an opponent's may lie beside one another.</summary>
    private static JsonElement? Find(JsonElement round, string key)
    {
        foreach (string part in new[] { "figures", "settings" })
        {
            if (round.TryGetProperty(part, out JsonElement members) && members.TryGetProperty(CamelCase(key), out JsonElement ours))
            {
                return ours;
            }
        }

        return round.TryGetProperty(key, out JsonElement value) ? value : null;
    }

    private static string CamelCase(string key) =>
        string.Concat(key.Split('_').Select((word, index) => index == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}
