using static TorchSharp.torch;

namespace DenseCL.Compute;

/// <summary>The channels-last layout of maps in memory, which all kernels use.</summary>
internal static class ChannelsLastMemory
{
    /// <summary>The tensor (N, C, H, W) itself, or a copy, so that in memory it is (N, H, W, C).</summary>
    public static Tensor ChannelsLast(this Tensor x)
    {
        Tensor rows = x.permute(0, 2, 3, 1);
        return rows.is_contiguous() ? x : rows.contiguous().permute(0, 3, 1, 2);
    }

    /// <summary>The address of the first number of a <see cref="ChannelsLast"/> tensor; null for null.</summary>
    public static unsafe void* Address(this Tensor? x) => x is null ? null : Memory.Of<byte>(x.permute(0, 2, 3, 1));
}
