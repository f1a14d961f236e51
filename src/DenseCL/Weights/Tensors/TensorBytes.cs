using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Weights.Tensors;

/// <summary>The numbers of a tensor, for a file.</summary>
internal static class TensorBytes
{
    private const int Chunk = 1 << 24;

    /// <summary>Receives a tensor's bytes, part after part.</summary>
    public delegate void Take(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Passes on the numbers in the tensor's logical order, row-major and little-endian. Only views and tensors on another device are
    /// copied.
    /// </summary>
    public static void Read(Tensor tensor, Take take)
    {
        using IDisposable grad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = tensor.detach().cpu().contiguous().view(-1);
        for (long start = 0; start < flat.numel(); start += Chunk)
        {
            // A span is limited to 2 GB.
            using Tensor window = flat.narrow(0, start, Math.Min(Chunk, flat.numel() - start));
            take(window.bytes);
        }
    }
}
