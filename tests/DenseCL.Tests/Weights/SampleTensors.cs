using System.Security.Cryptography;
using DenseCL.Weights.Tensors;
using static TorchSharp.torch;

namespace DenseCL.Tests.Weights;

/// <summary>Tensors of all kinds for writers, and what a reader must find.</summary>
internal static class SampleTensors
{
    private static readonly ScalarType[] Types =
    [
        ScalarType.Bool, ScalarType.Byte, ScalarType.Int8, ScalarType.Int16, ScalarType.Int32, ScalarType.Int64,
        ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float32, ScalarType.Float64,
    ];

    /// <summary>
    /// Every type in several shapes, numbers that compare as unequal to themselves, and views. In the current dispose scope.
    /// </summary>
    public static Dictionary<string, Tensor> All()
    {
        Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
        long[][] shapes = [[], [0], [3, 0, 2], [1], [5], [2, 3, 4], [1, 1, 1, 1, 7], [300]];
        foreach (ScalarType type in Types)
        {
            foreach (long[] shape in shapes)
            {
                long count = shape.Aggregate(1L, (a, b) => a * b);
                tensors[$"{type}.{string.Join('x', shape)}"] = (arange(count, dtype: ScalarType.Float32) - 2).to(type).reshape(shape);
            }
        }

        float[] odd = [float.NaN, -0f, float.Epsilon, float.PositiveInfinity, BitConverter.Int32BitsToSingle(0x7FA12345)];
        tensors["odd"] = tensor(odd);
        Tensor whole = arange(24, dtype: ScalarType.Float32).reshape(4, 6);
        whole.requires_grad = true;
        tensors["transposed"] = whole.t();
        tensors["step"] = whole[.., TensorIndex.Slice(1, null, 2)];
        tensors["tail"] = whole[3];
        tensors["wide"] = ones(1).expand(3);
        tensors["channels last"] = arange(120, dtype: ScalarType.Float32).reshape(2, 4, 5, 3).permute(0, 3, 1, 2);
        tensors["größe"] = ones(2);
        return tensors;
    }

    /// <summary>A hash of the numbers as the tensor reads, row-major.</summary>
    public static string Hash(Tensor tensor)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        TensorBytes.Read(tensor, sha.AppendData);
        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }
}
