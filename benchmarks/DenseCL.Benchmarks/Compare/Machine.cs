using System.Globalization;

namespace DenseCL.Benchmarks.Compare;

/// <summary>What is measured here, and with what.</summary>
/// <param name="Threads">Threads that compute, ours and the opponent's.</param>
/// <param name="Baseline">The folder with the opponent's scripts; null if there is none.</param>
/// <param name="Python">The Python that runs them.</param>
internal sealed record Machine(int Threads, string? Baseline, string Python)
{
    // glibc's allocator, told to keep freed memory: the one thing that everybody can do to make PyTorch faster on a processor.
    private static readonly Dictionary<string, string> KeepMemory = new(StringComparer.Ordinal)
    {
        ["MALLOC_MMAP_MAX_"] = "0",
        ["MALLOC_TRIM_THRESHOLD_"] = "8589934592",
        ["MALLOC_TOP_PAD_"] = "268435456",
    };

    private static readonly Dictionary<string, string> AsItComes = [];

    public Measurement Step(Work work, string precision) => Ours("densecl", "DenseCL.Cli.dll", ["bench", "step", .. Arguments(work), "--precision", precision, "--json"]);

    public Measurement Loader(string folder, int files, int threads) =>
        Ours("densecl", "DenseCL.Cli.dll", ["bench", "loader", folder, "--size", "224", "--limit", Text(files), "--threads", Text(threads), "--json"]);

    public Measurement Backbone() => Ours("benchmarks", "DenseCL.Benchmarks.dll", ["backbone", "--threads", Text(Threads)]);

    /// <summary>The opponent's step; null without opponents.</summary>
    public Measurement? OpponentStep(Work work, bool tuned) => Opponent("torch_step.py", Arguments(work), tuned ? KeepMemory : AsItComes);

    /// <summary>The opponent's loader; null without opponents.</summary>
    public Measurement? OpponentLoader(string folder, int files) => Opponent("pil_loader.py", [folder, "--size", "224", "--limit", Text(files)], AsItComes);

    private string[] Arguments(Work work) =>
    [
        "--arch", work.Arch, "--size", Text(work.Size), "--batch", Text(work.Batch), "--queue", Text(work.Queue), "--method", work.Method, "--steps", "6", "--threads", Text(Threads),
    ];

    private Measurement? Opponent(string script, string[] arguments, Dictionary<string, string> environment) =>
        Baseline is null ? null : new Measurement(Named(environment.Count > 0 ? $"{script} (tuned)" : script, arguments), Python, [Path.Combine(Baseline, script), .. arguments], environment);

    private static Measurement Ours(string name, string program, string[] arguments) =>
        new(Named(name, arguments), Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments], AsItComes);

    private static string Named(string name, string[] arguments) => $"{name} {string.Join(' ', arguments.Select(argument => Path.IsPathRooted(argument) ? "DIR" : argument))}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
