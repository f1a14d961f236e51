using DenseCL.Compute;
using DenseCL.Compute.Tiles;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Method;

/// <summary>
/// The softmax over a row of logits that is computed piece by piece, and the expected value of the vectors that belong to the logits.
/// </summary>
/// <param name="Largest">m: (r, 1), the largest logit so far. All three are contiguous and float32 or float64.</param>
/// <param name="Sum">s = Σ exp(l − m): (r, 1)</param>
/// <param name="Expected">e = Σ exp(l − m) k: (r, D)</param>
internal sealed record RunningSoftmax(Tensor Largest, Tensor Sum, Tensor Expected)
{
    /// <summary>Adds the logits l = q·k / τ of some keys.</summary>
    /// <param name="queries">(r, D)</param>
    /// <param name="keys">(c, D)</param>
    /// <param name="scale">1 / τ</param>
    public void Add(Tensor queries, Tensor keys, double scale)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor products = queries.mm(keys.t());                                             // (r, c)
        switch (products.device_type, products.dtype, Sum.dtype)
        {
            case (DeviceType.CPU, ScalarType.Float32, ScalarType.Float32):
                Accumulate<Float32Lanes>(products, scale);
                break;
            case (DeviceType.CPU, ScalarType.BFloat16, ScalarType.Float32):
                Accumulate<BFloat16Lanes>(products, scale);
                break;
            default:
                products = Accumulate(products.to_type(Sum.dtype).MultiplyInPlace(scale)).to_type(keys.dtype);
                break;
        }

        Expected.AddInPlace(products.mm(keys)); // the products have become the weights exp(l − m)
    }

    private unsafe void Accumulate<T>(Tensor products, double scale)
        where T : struct, ILanes =>
        SoftmaxKernel<T>.Accumulate(
            Memory.Of<byte>(products),
            (int)products.shape[0],
            (int)products.shape[1],
            (float)scale,
            Memory.Of<float>(Largest),
            Memory.Of<float>(Sum),
            Memory.Of<float>(Expected),
            (int)Expected.shape[1]);

    /// <summary>Turns the logits into the weights exp(l − m).</summary>
    private Tensor Accumulate(Tensor logits)
    {
        Tensor largest = maximum(Largest, logits.amax([1], keepdim: true));
        Tensor decay = (Largest - largest).exp_();
        logits.sub_(largest).exp_();
        Sum.mul_(decay).AddInPlace(logits.sum(1, keepdim: true));
        Expected.mul_(decay);
        Largest.copy_(largest);
        return logits;
    }
}
