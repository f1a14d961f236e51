using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using DenseCL.Platform;
using DenseCL.Training;
using TorchSharp;

namespace DenseCL.Benchmarks.Compare;

/// <summary>What was measured, as a page to keep in the repository.</summary>
internal static class Report
{
    /// <summary>How busy the machine is with other things: processes that want to compute, over the last minute.</summary>
    public static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    /// <summary>Writes PROCESSOR.md.</summary>
    /// <returns>Its path.</returns>
    public static string Write(
        string folder,
        Machine machine,
        int rounds,
        string load,
        bool withLoader,
        IReadOnlyList<Row> rows,
        string[] suites)
    {
        string page = string.Create(CultureInfo.InvariantCulture, $"""
            # {Processor.Name}

            {DateTime.UtcNow:yyyy-MM-dd}, DenseCL for .NET {Version(
                typeof(StepBenchmark)
            )}, `benchmarks/run` ([how](../README.md)). Medians of {rounds} {(rounds == 1 ? "round" : "rounds")}, in turns; each number
            from a process of its own.{(machine.Opponents is null ? " **Ours only:** nothing was compared with." : "")}{(
                withLoader ? "" : " **Without the loader:** no --data was given."
            )}

            | work | ours | opponent | ratio |
            |---|---|---|---|
            {string.Join('\n', rows.Select(row => row.ToString()).Distinct(StringComparer.Ordinal))}

            ## Every round

            | measurement | number | rounds |
            |---|---|---|
            {string.Join('\n', rows.SelectMany(Rounds).Distinct(StringComparer.Ordinal))}

            ## Environment

            | | |
            |---|---|
            | processor | {Processor.Name}, {Environment.ProcessorCount} logical processors: {string.Join(' ', Processor.Instructions)} |
            | threads that compute | {machine.Threads}, ours and the opponent's |
            | system | {RuntimeInformation.OSDescription}; load before the start {load} |
            | .NET | {RuntimeInformation.FrameworkDescription} |
            | libtorch, TorchSharp | {LibTorch()}, {Version(typeof(torch))} |
            | PyTorch | {PyTorch(rows)} |

            Ours trains in what stands behind the work, an opponent in what stands behind its name: where the two differ, a part of the ratio is the precision.
            "Tuned" is PyTorch with glibc told to keep freed memory: MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=8589934592 MALLOC_TOP_PAD_=268435456.

            """);
        if (suites.Length > 0)
        {
            page += $"\n## Suites\n\nIn short mode: three iterations each.\n\n{string.Join('\n', suites)}";
        }

        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"{FileName(Processor.Name)}.md");
        AtomicFile.Replace(path, page);
        return path;
    }

    private static IEnumerable<string> Rounds(Row row)
    {
        yield return Line(row.Ours, row.Unit);
        if (row.Other is not null)
        {
            yield return Line(row.Other, row.OtherUnit);
        }

        static string Line(Measurement measurement, Unit unit) =>
            $"| `{measurement.Name}` | {unit.Key} | {string.Join(' ', measurement.Values(unit.Key).Select(value => value.ToString(CultureInfo.InvariantCulture)))} |";
    }

    private static string PyTorch(IEnumerable<Row> rows)
    {
        string[] versions = [.. rows.Select(row => row.Other?.Torch).OfType<string>().Distinct(StringComparer.Ordinal)];
        return versions.Length > 0 ? string.Join(", ", versions) : "not run";
    }

    private static string LibTorch()
    {
        TorchRuntime.EnsureReady();
        return torch.__version__;
    }

    private static string FileName(string processor) =>
        string.Join(
            '-',
            new string([.. processor.Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries)
        );

    private static string Version(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
