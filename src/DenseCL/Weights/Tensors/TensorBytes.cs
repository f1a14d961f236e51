using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Weights.Tensors;

/// <summary>The numbers of a tensor for a file.</summary>
internal static class TensorBytes
{
    private const int Chunk = 1 << 24;

    /// <summary>Takes part after part of a tensor's bytes.</summary>
    public delegate void Take(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Gives the numbers as the tensor reads, row-major and little-endian. A copy is made only of what is a view or on another device.
    /// </summary>
    public static void Read(Tensor tensor, Take take)
    {
        using IDisposable grad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = tensor.detach().cpu().contiguous().view(-1);
        for (long start = 0; start < flat.numel(); start += Chunk)
        {
            // A span holds less than 2 GB.
            using Tensor window = flat.narrow(0, start, Math.Min(Chunk, flat.numel() - start));
            take(window.bytes);
        }
    }
}
