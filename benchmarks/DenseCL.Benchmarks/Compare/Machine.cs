using System.Globalization;
using DenseCL.Platform;

namespace DenseCL.Benchmarks.Compare;

/// <summary>What is measured here, and with what.</summary>
/// <param name="Threads">Threads that compute, ours and the opponent's.</param>
/// <param name="Opponents">The folder with the opponents' scripts; null if nothing is to be compared with.</param>
/// <param name="Python">The Python that runs them.</param>
/// <param name="Trixie">The folder with Debian trixie and its PyTorch 2.6, that <c>opponents/pytorch26</c> makes; null if there is
/// none.</param>
internal sealed record Machine(int Threads, string? Opponents, string Python, string? Trixie)
{
    // glibc's allocator, told to keep freed memory: the one thing that everybody can do to make PyTorch faster on a processor.
    private static readonly Dictionary<string, string> KeepMemory = new(StringComparer.Ordinal)
    {
        ["MALLOC_MMAP_MAX_"] = "0",
        ["MALLOC_TRIM_THRESHOLD_"] = "8589934592",
        ["MALLOC_TOP_PAD_"] = "268435456",
    };

    private static readonly Dictionary<string, string> AsItComes = [];

    private static readonly Dictionary<string, string> ByLibtorch = new(StringComparer.Ordinal) { [MachineCode.Switch] = "0" };

    public Measurement Step(Work work, string precision) => Ours("densecl", "DenseCL.Cli.dll", StepArguments(work, precision), AsItComes);

    /// <summary>Our step with libtorch's convolutions.</summary>
    public Measurement StepWithoutMachineCode(Work work, string precision) =>
        Ours($"{MachineCode.Switch}=0 densecl", "DenseCL.Cli.dll", StepArguments(work, precision), ByLibtorch);

    public Measurement Loader(string folder, int files, int threads) =>
        Ours(
            "densecl",
            "DenseCL.Cli.dll",
            ["bench", "loader", folder, "--size", "224", "--limit", Text(files), "--threads", Text(threads), "--json"],
            AsItComes);

    public Measurement Backbone() => Ours("benchmarks", "DenseCL.Benchmarks.dll", ["backbone", "--threads", Text(Threads)], AsItComes);

    /// <summary>The opponent's step; null without opponents.</summary>
    public Measurement? OpponentStep(Work work, bool tuned) => Opponent("torch_step.py", Arguments(work), tuned ? KeepMemory : AsItComes);

    /// <summary>The step of PyTorch 2.6 in bfloat16, channels-last, with glibc told to keep memory; null without it.</summary>
    public Measurement? CurrentOpponentStep(Work work)
    {
        if (Opponents is null || Trixie is null)
        {
            return null;
        }

        // The script goes in as text: its file is not in the chroot.
        const string Script = "torch_step_26.py";
        string[] arguments = [.. Arguments(work), "--bf16"];
        string[] call = [Trixie, "/usr/bin/python3", "-c", File.ReadAllText(Path.Combine(Opponents, Script)), .. arguments];
        return new Measurement(Named($"{Script} (tuned)", arguments), "chroot", call, KeepMemory);
    }

    /// <summary>The opponent's loader; null without opponents.</summary>
    public Measurement? OpponentLoader(string folder, int files) =>
        Opponent("pil_loader.py", [folder, "--size", "224", "--limit", Text(files)], AsItComes);

    private string[] Arguments(Work work) =>
        [
            "--arch",
            work.Arch,
            "--size",
            Text(work.Size),
            "--batch",
            Text(work.Batch),
            "--queue",
            Text(work.Queue),
            "--method",
            work.Method,
            "--steps",
            "6",
            "--threads",
            Text(Threads),
        ];

    private string[] StepArguments(Work work, string precision) =>
        ["bench", "step", .. Arguments(work), "--precision", precision, "--json"];

    private Measurement? Opponent(string script, string[] arguments, Dictionary<string, string> environment) =>
        Opponents is null
            ? null
            : new Measurement(
                Named(environment.Count > 0 ? $"{script} (tuned)" : script, arguments),
                Python,
                [Path.Combine(Opponents, script), .. arguments],
                environment);

    private static Measurement Ours(string name, string program, string[] arguments, Dictionary<string, string> environment) => new(
        Named(name, arguments),
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
        [Path.Combine(AppContext.BaseDirectory, program), .. arguments],
        environment);

    private static string Named(string name, string[] arguments) =>
        $"{name} {string.Join(' ', arguments.Select(argument => Path.IsPathRooted(argument) ? "DIR" : argument))}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
