using BenchmarkDotNet.Attributes;
using DenseCL.Method.Matching;
using DenseCL.Platform;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Benchmarks.Suites;

/// <summary>The match of every position of a batch, all threads: of ResNet-18 at 96 pixels, and of ResNet-50 at 224.</summary>
public class Matching
{
    private Tensor? query;
    private Tensor? key;

    [Params("64 × 9 × 512", "16 × 49 × 2048", "256 × 49 × 2048")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Prepare()
    {
        TorchRuntime.EnsureReady();
        long[] shape = [.. Shape.Split(" × ").Select(side => long.Parse(side, System.Globalization.CultureInfo.InvariantCulture))]; // (N, S², C)
        (query, key) = (randn(shape), randn(shape));
    }

    [GlobalCleanup]
    public void Release()
    {
        query?.Dispose();
        key?.Dispose();
    }

    [Benchmark]
    public void ByFeatures()
    {
        using DisposeScope scope = NewDisposeScope();
        DenseMatching.ByFeatures(query!, key!);
    }
}
