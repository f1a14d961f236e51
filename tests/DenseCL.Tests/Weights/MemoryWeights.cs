using DenseCL.Weights;
using DenseCL.Weights.Formats;
using DenseCL.Weights.Tensors;
using static TorchSharp.torch;

namespace DenseCL.Tests.Weights;

/// <summary>A weight file that was never on a disk.</summary>
internal sealed class MemoryWeights(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    : WeightFile(
        "memory",
        WeightFormat.PyTorch,
        tensors.Select(t => new WeightEntry(t.Key, TypeOf(t.Value), t.Value.shape)),
        metadata ?? new Dictionary<string, string>(StringComparer.Ordinal))
{
    public override Tensor Tensor(string key) => tensors[key].clone();

    protected override void Dispose(bool disposing)
    {
        // The tensors are the test's.
    }

    private static WeightType TypeOf(Tensor tensor) => tensor.dtype switch
    {
        ScalarType.Float32 => WeightType.F32,
        ScalarType.Int64 => WeightType.I64,
        ScalarType.BFloat16 => WeightType.BF16,
        _ => throw new NotSupportedException(),
    };
}
