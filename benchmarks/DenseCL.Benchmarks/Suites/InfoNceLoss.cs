using BenchmarkDotNet.Attributes;
using DenseCL.Method;
using DenseCL.Platform;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace DenseCL.Benchmarks.Suites;

/// <summary>
/// InfoNCE with its gradient, all threads, D = 128: the rows of a global and a dense batch of 16 or 64 (784 = 16 · 7²), and a dense one of
/// 256, against queues.
/// </summary>
public class InfoNceLoss
{
    private const int Length = 128;
    private const double Temperature = 0.2;
    private const long MostLogits = 1L << 26; // the formula as it stands holds these five times in memory: 1.3 GB

    private static readonly (int Rows, int Negatives)[] Sizes = [.. from rows in new[] { 64, 784, 12544 } from negatives in new[] { 4096, 65536 } select (rows, negatives)];

    private Tensor? queries;
    private Tensor? positives;
    private Tensor? negatives;

    public static IEnumerable<object[]> All => Sizes.Select(size => new object[] { size.Rows, size.Negatives });

    public static IEnumerable<object[]> ThatFit =>
        Sizes.Where(size => (long)size.Rows * size.Negatives <= MostLogits).Select(size => new object[] { size.Rows, size.Negatives });

    [GlobalSetup]
    public void Prepare()
    {
        TorchRuntime.EnsureReady();
        queries = Unit(Sizes.Max(size => size.Rows));
        positives = Unit(Sizes.Max(size => size.Rows));
        negatives = Unit(Sizes.Max(size => size.Negatives));

        static Tensor Unit(long count)
        {
            using DisposeScope scope = NewDisposeScope();
            return normalize(randn(count, Length), 2, 1).MoveToOuterDisposeScope();
        }
    }

    [GlobalCleanup]
    public void Release()
    {
        queries?.Dispose();
        positives?.Dispose();
        negatives?.Dispose();
    }

    /// <summary>The formula as it stands, differentiated by libtorch.</summary>
    [Benchmark(Baseline = true)]
    [ArgumentsSource(nameof(ThatFit))]
    public void Plain(int rows, int keys) => WithGradient(rows, keys, (q, k, queue) =>
    {
        Tensor logits = cat([(q * k).sum(1, keepdim: true), q.mm(queue.t())], 1) / Temperature;
        return cross_entropy(logits, zeros(rows, ScalarType.Int64));
    });

    [Benchmark]
    [ArgumentsSource(nameof(All))]
    public void Fp32(int rows, int keys) => WithGradient(rows, keys, (q, k, queue) => InfoNce.Loss(q, k, queue, Temperature));

    [Benchmark]
    [ArgumentsSource(nameof(All))]
    public void Bf16(int rows, int keys) =>
        WithGradient(rows, keys, (q, k, queue) => InfoNce.Loss(q, k, queue, Temperature, ScalarType.BFloat16));

    private void WithGradient(int rows, int keys, Func<Tensor, Tensor, Tensor, Tensor> loss)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor leaf = queries!.narrow(0, 0, rows).detach();
        leaf.requires_grad = true;
        loss(leaf, positives!.narrow(0, 0, rows), negatives!.narrow(0, 0, keys)).backward();
    }
}
