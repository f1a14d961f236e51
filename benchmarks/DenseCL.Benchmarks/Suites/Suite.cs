using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace DenseCL.Benchmarks.Suites;

/// <summary>How the suites are run.</summary>
internal static class Suite
{
    /// <summary>
    /// Runs them in this process: programs that BenchmarkDotNet generates would lack the mended native library (build/DenseCL.targets).
    /// </summary>
    /// <param name="filter">Which benchmarks.</param>
    /// <param name="quick">Three iterations each.</param>
    /// <returns>A table in Markdown for each suite.</returns>
    public static string[] Run(string filter, bool quick)
    {
        ManualConfig config = ManualConfig.CreateEmpty()
            .AddJob((quick ? Job.ShortRun : Job.Default).WithToolchain(InProcessEmitToolchain.Instance))
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .HideColumns(
                Column.Job,
                Column.Toolchain,
                Column.IterationCount,
                Column.LaunchCount,
                Column.WarmupCount,
                Column.RatioSD,
                Column.Error)
            .AddLogger(ConsoleLogger.Default)
            .WithOptions(ConfigOptions.DisableOptimizationsValidator); // TorchSharp is published without optimisation marks
        IEnumerable<Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(Suite).Assembly).Run(["--filter", filter], config);
        return [.. summaries.Select(Table)];
    }

    private static string Table(Summary summary)
    {
        AccumulationLogger text = new();
        MarkdownExporter.GitHub.ExportToLog(summary, text);
        string[] lines = text.GetLog().Split('\n');
        string name = summary.BenchmarksCases.Length > 0 ? summary.BenchmarksCases[0].Descriptor.Type.Name : summary.Title;
        return $"### {name}\n\n{string.Join('\n', lines.Where(line => line.StartsWith('|')))}\n";
    }
}
