using System.CommandLine;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Transfer;
using DenseCL.Transfer.Labelled;

namespace DenseCL.Cli;

/// <summary><c>densecl eval dense-probe</c></summary>
internal static class EvalDenseProbeCommand
{
    private static readonly Option<string[]> Weights = new("--weights") { AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string> Data = new("--data") { Required = true };
    private static readonly Option<string?> Test = new("--test-split");
    private static readonly Option<int?> ShortSide = new("--short-side");
    private static readonly Option<int> Stride = new("--stride") { DefaultValueFactory = _ => 8 };
    private static readonly Option<int> Positions = new("--positions") { DefaultValueFactory = _ => 200_000 };
    private static readonly Option<bool> All = new("--all");

    private sealed class P(System.Diagnostics.Stopwatch w) : IProgress<int> { public void Report(int v) { if (v % 50 == 0) Console.WriteLine($"{v} {w.ElapsedMilliseconds}"); } }

    public static Command Create() => new Command("dense-probe", "x") { Weights, Data, Test, ShortSide, Stride, Positions, All }.Does("", Prepare);

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        SegmentationData data = SegmentationData.Open(new() { Folder = call.GetRequiredValue(Data), Test = call.GetValue(Test) }, stop);
        TorchRuntime.EnsureReady();
        return () =>
        {
            foreach (string w in call.GetRequiredValue(Weights))
            {
                var watch = System.Diagnostics.Stopwatch.StartNew();
                BackboneSource source = w.StartsWith("untrained", StringComparison.Ordinal) ? BackboneSource.Untrained(BackboneKind.Resnet18, ulong.Parse(w[9..])) : BackboneSource.Open(w);
                (DenseProbe probe, ConfusionMatrix m) = new DenseProbeEvaluation(data, new() { ShortSide = call.GetValue(ShortSide), Stride = call.GetValue(Stride), Positions = call.GetValue(Positions), AllStages = call.GetValue(All) }).Evaluate(source, 0, new P(watch), stop);
                Console.WriteLine(FormattableString.Invariant($"{w} mIoU {100 * m.MeanIoU:f2} acc {100 * m.PixelAccuracy:f2} its {probe.Iterations} {watch.Elapsed.TotalSeconds:f0} s  {string.Join(' ', m.PerClassIoU.Select(v => (100 * v).ToString("f1")))}"));
            }

            return Verb.Done;
        };
    }
}
