using DenseCL.Data;
using DenseCL.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Pretraining;

/// <summary>Turns a batch of 8-bit views into the tensors that the networks take.</summary>
internal sealed class ViewTensors : IDisposable
{
    private readonly Tensor mean;
    private readonly Tensor std;
    private readonly Device device;

    public ViewTensors(DataOptions data, Device device)
    {
        this.device = device;
        using DisposeScope scope = NewDisposeScope();
        mean = PerChannel(data.Mean);
        std = PerChannel(data.Std);

        Tensor PerChannel(PerChannel values) =>
            (torch.tensor(new[] { (float)values.Red, (float)values.Green, (float)values.Blue }, device: device) * 255).view(1, 3, 1, 1).DetachFromDisposeScope();
    }

    /// <summary>(x / 255 − mean) / std, channels first.</summary>
    public Views Of(ViewBatch batch) => new(Normalise(batch.Query, batch.Size), Normalise(batch.Key, batch.Size), [.. batch.QueryGeometry], [.. batch.KeyGeometry]);

    private Tensor Normalise(ReadOnlySpan<byte> pixels, int size)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor bytes = empty([pixels.Length / (size * size * 3), size, size, 3], ScalarType.Byte);   // (N, H, W, 3)
        pixels.CopyTo(bytes.bytes);
        return bytes.to(device).permute(0, 3, 1, 2).to_type(ScalarType.Float32).contiguous().sub_(mean).div_(std).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        mean.Dispose();
        std.Dispose();
    }
}
