using DenseCL.Compute;
using DenseCL.Platform;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Solvers;

/// <summary>
/// A linear classifier of standardised features, trained by SGD with momentum 0.9 and no weight decay. The learning rate falls along a
/// cosine.
/// </summary>
internal sealed class LinearSgd : IDisposable
{
    private const double Momentum = 0.9;

    private readonly Tensor mean;
    private readonly Tensor inverse;
    private readonly Tensor weight;
    private readonly Tensor bias;

    private LinearSgd(Tensor mean, Tensor inverse, Tensor weight, Tensor bias) =>
        (this.mean, this.inverse, this.weight, this.bias) = (mean, inverse, weight, bias);

    /// <summary>Trains, starting with weights of 0.</summary>
    /// <param name="features">(N, C) float32; computed on their device.</param>
    /// <param name="labels">(N) int64, on the same device: 0 … K − 1.</param>
    /// <param name="classes">K.</param>
    /// <param name="rate">The initial learning rate.</param>
    /// <param name="epochs">Passes over all images.</param>
    /// <param name="batch">Images per step, at most as many as there are.</param>
    /// <param name="seed">For the order of the images.</param>
    /// <param name="stop">Ends the work between two steps.</param>
    public static LinearSgd Fit(
        Tensor features,
        Tensor labels,
        int classes,
        double rate,
        int epochs,
        int batch,
        ulong seed,
        CancellationToken stop)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int rows = (int)features.shape[0];
        batch = Math.Min(batch, rows);
        Tensor mean = features.mean([0]), deviation = features.std(0, unbiased: false, keepdim: false);

        // A channel that differs only in the last digits of its mean is constant: rounding must not become a feature.
        Tensor inverse = where(deviation > mean.abs().Times(1e-6), deviation.reciprocal(), zeros_like(deviation));
        Tensor x = (features - mean) * inverse;
        Tensor weight = zeros(features.shape[1], classes, device: features.device),
            bias = zeros(classes, device: features.device),
            push = zeros_like(weight),
            biasPush = zeros_like(bias);
        long steps = (long)epochs * (rows / batch),
            step = 0;
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            int[] order = new CounterRandom(seed, (ulong)RandomPurpose.LinearOrder, (ulong)epoch).Permutation(rows);
            for (int start = 0; start + batch <= rows; start += batch, step++)
            {
                stop.ThrowIfCancellationRequested();
                using DisposeScope one = NewDisposeScope();
                Tensor taken = tensor(order.AsSpan(start, batch).ToArray(), dtype: ScalarType.Int64, device: features.device);
                Tensor images = x.index_select(0, taken), truth = labels.index_select(0, taken).unsqueeze(1);
                Tensor residual = nn.functional.softmax(images.mm(weight).AddInPlace(bias), 1);
                residual.scatter_add_(1, truth, -ones_like(truth, dtype: ScalarType.Float32)).DivideInPlace(batch);      // (n, K)
                push.MultiplyInPlace(Momentum).AddInPlace(images.t().mm(residual));
                biasPush.MultiplyInPlace(Momentum).AddInPlace(residual.sum(dim: 0));     // a bare 0 would be taken for a ScalarType
                double now = rate * 0.5 * (1 + Math.Cos(Math.PI * step / steps));
                weight.AddInPlace(push, -now);
                bias.AddInPlace(biasPush, -now);
            }
        }

        return new LinearSgd(
            mean.DetachFromDisposeScope(),
            inverse.DetachFromDisposeScope(),
            weight.DetachFromDisposeScope(),
            bias.DetachFromDisposeScope());
    }

    /// <summary>The logits of all classes.</summary>
    /// <param name="features">(M, C) float32.</param>
    /// <returns>(M, K)</returns>
    public Tensor Scores(Tensor features)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return ((features - mean) * inverse).mm(weight).AddInPlace(bias).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        mean.Dispose();
        inverse.Dispose();
        weight.Dispose();
        bias.Dispose();
    }
}
