using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Pretraining;

/// <summary>
/// The contrastive loss of MoCo and DenseCL (equations 1 and 2 of the paper), for one positive and the K negatives of a queue:
/// <code>L = mean over rows of  −log( exp(q·k₊/τ) / (exp(q·k₊/τ) + Σ exp(q·k₋/τ)) )</code>
/// </summary>
public static class InfoNce
{
    // 4 M logits (16 MB) at once: large enough for the matrix product, small enough to stay near the processor.
    private const long LogitsAtOnce = 1L << 22;

    /// <summary>The mean loss of the rows. Positives and negatives are constants: they carry no gradient.</summary>
    /// <param name="queries">q: (R, D) unit vectors, with gradient.</param>
    /// <param name="positives">k₊: (R, D) unit vectors, row by row the positive of the query.</param>
    /// <param name="negatives">k₋: (K, D) unit vectors, shared by all rows.</param>
    /// <param name="temperature">τ, above 0.</param>
    /// <returns>A scalar. Its gradient with respect to a query is ((Σ p₋ k₋ + p₊ k₊) − k₊) / τ / R, p being the softmax of the logits.</returns>
    /// <remarks>
    /// Loss and gradient come out of one pass over chunks of rows, so nothing of size R × K exists: 12,544 rows against 65,536
    /// negatives, a batch of 256, would be 3.3 GB for the logits alone.
    /// </remarks>
    public static Tensor Loss(Tensor queries, Tensor positives, Tensor negatives, double temperature)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(positives);
        ArgumentNullException.ThrowIfNull(negatives);
        using DisposeScope scope = NewDisposeScope();
        (Tensor loss, Tensor gradient) = LossAndGradient(queries, positives, negatives, temperature);

        // A linear function with the known gradient, shifted to the known value: autograd needs to know no more.
        Tensor linear = (queries * gradient).sum();
        return (loss + (linear - linear.detach())).MoveToOuterDisposeScope();
    }

    private static (Tensor Loss, Tensor Gradient) LossAndGradient(Tensor queries, Tensor positives, Tensor negatives, double temperature)
    {
        using IDisposable noGrad = no_grad();
        long rows = queries.shape[0];
        long chunk = Math.Clamp(LogitsAtOnce / negatives.shape[0], 1, rows);
        Tensor transposed = negatives.t();                                              // (D, K)
        Tensor gradient = empty_like(queries);                                          // (R, D)
        Tensor loss = zeros(1, device: queries.device, dtype: float64);
        for (long start = 0; start < rows; start += chunk)
        {
            using DisposeScope scope = NewDisposeScope();
            long count = Math.Min(chunk, rows - start);
            Tensor q = queries.narrow(0, start, count), k = positives.narrow(0, start, count);
            Tensor positive = (q * k).sum(1, keepdim: true).div_(temperature);          // (r, 1)
            Tensor logits = q.mm(transposed).div_(temperature);                         // (r, K)
            Tensor largest = maximum(logits.amax([1], keepdim: true), positive);        // (r, 1)
            Tensor weights = logits.sub_(largest).exp_();                               // (r, K), in place
            Tensor positiveWeight = (positive - largest).exp_();                        // (r, 1)
            Tensor total = weights.sum(1, keepdim: true).add_(positiveWeight);          // (r, 1)
            loss.add_((total.log() + largest - positive).sum(ScalarType.Float64));
            Tensor expected = weights.mm(negatives).add_(positiveWeight * k).div_(total);
            gradient.narrow(0, start, count).copy_((expected - k).div_(temperature * rows));
        }

        return ((loss / rows).to_type(queries.dtype).squeeze(0), gradient);
    }
}
