using DenseCL.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Method;

/// <summary>
/// The contrastive loss of MoCo and DenseCL (equations 1 and 2 of the paper), for one positive and the K negatives of a queue:
/// <code>L = mean over rows of  −log( exp(q·k₊/τ) / (exp(q·k₊/τ) + Σ exp(q·k₋/τ)) )</code>
/// </summary>
internal static class InfoNce
{
    // 4 M products (8 or 16 MB) at once: large enough for the matrix product, small enough for the processor's cache.
    private const long ProductsAtOnce = 1L << 22;
    private const long RowsAtOnce = 1L << 11;

    /// <summary>The mean loss of the rows. Positives and negatives are constants: they carry no gradient.</summary>
    /// <param name="queries">q: (R, D) unit vectors, with gradient.</param>
    /// <param name="positives">k₊: (R, D) unit vectors; row i is the positive of query i.</param>
    /// <param name="negatives">k₋: (K, D) unit vectors, shared by all rows.</param>
    /// <param name="temperature">τ, above 0.</param>
    /// <param name="own">Negatives that each row has in addition to the shared ones; null for none.</param>
    /// <param name="counts">Which rows count in the mean: (R) bool; null for all. If none counts, the loss is 0.</param>
    /// <param name="products">The type in which the matrix products with the negatives are computed: bfloat16, or null for the type of the
    /// queries.</param>
    /// <returns>A scalar of the queries' type. Sums are in double precision for queries in double precision, else in single. The gradient
    /// with respect to a query is ((Σ p₋ k₋ + p₊ k₊) − k₊) / τ / R, where p is the softmax of the logits and R the number of rows that
    /// count.</returns>
    /// <remarks>
    /// Loss and gradient are computed in one pass over chunks of rows and negatives with a running maximum, so nothing of size R × K
    /// exists. For a batch of 256, 12,544 rows against 65,536 negatives would take 3.3 GB for the logits alone.
    /// </remarks>
    public static Tensor Loss(
        Tensor queries,
        Tensor positives,
        Tensor negatives,
        double temperature,
        ScalarType? products = null,
        OwnNegatives? own = null,
        Tensor? counts = null)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(positives);
        ArgumentNullException.ThrowIfNull(negatives);
        using DisposeScope scope = NewDisposeScope();
        ScalarType sums = queries.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        (Tensor loss, Tensor gradient) = LossAndGradient(
            queries.detach().to_type(sums).contiguous(),
            positives.detach().to_type(sums).contiguous(),
            negatives.detach().to_type(products ?? queries.dtype),
            temperature,
            own?.To(sums),
            counts);
        (loss, gradient) = (loss.to_type(queries.dtype), gradient.to_type(queries.dtype));

        // A linear function with the known gradient, shifted to the known value: all that autograd needs.
        Tensor linear = (queries * gradient).sum();
        return loss.Plus(linear - linear.detach()).MoveToOuterDisposeScope();
    }

    private static (Tensor Loss, Tensor Gradient) LossAndGradient(
        Tensor queries,
        Tensor positives,
        Tensor negatives,
        double temperature,
        OwnNegatives? own,
        Tensor? counts)
    {
        using IDisposable noGrad = no_grad();
        long rows = queries.shape[0], counted = counts is null ? rows : Math.Max(1, counts.sum(ScalarType.Int64).item<long>());
        long rowsOfImage = own?.RowsOfImage ?? 1, rowsAtOnce = Math.Max(1, RowsAtOnce / rowsOfImage) * rowsOfImage;
        Tensor gradient = empty_like(queries);                                                      // (R, D)
        Tensor loss = zeros(1, device: queries.device, dtype: float64);
        for (long start = 0; start < rows; start += rowsAtOnce)
        {
            using DisposeScope scope = NewDisposeScope();
            long count = Math.Min(rowsAtOnce, rows - start);
            Tensor q = queries.narrow(0, start, count), k = positives.narrow(0, start, count);
            Tensor positive = (q * k).sum(1, keepdim: true).DivideInPlace(temperature);                      // (r, 1): l₊

            // Over all logits so far: the largest, m; s = Σ exp(l − m); e = Σ exp(l − m) k. The positive comes first.
            RunningSoftmax sums = own?.Start(start, q, k, positive, temperature) ?? new(positive.clone(), ones_like(positive), k.clone());
            long chunk = Math.Max(ProductsAtOnce / count, 1);
            Tensor factor = q.to_type(negatives.dtype);
            foreach (Tensor some in negatives.split(chunk))                                         // (c, D)
            {
                sums.Add(factor, some, 1 / temperature);
            }

            Tensor lossOfRow = sums.Sum.log().Plus(sums.Largest) - positive;                        // (r, 1)
            Tensor gradientOfRow = ((sums.Expected / sums.Sum) - k).DivideInPlace(temperature * counted);
            if (counts?.narrow(0, start, count).unsqueeze(1).to_type(queries.dtype) is { } weight)
            {
                (lossOfRow, gradientOfRow) = (lossOfRow * weight, gradientOfRow * weight);
            }

            loss.AddInPlace(lossOfRow.sum(ScalarType.Float64));
            gradient.narrow(0, start, count).copy_(gradientOfRow);
        }

        return (loss.Over(counted).squeeze(0), gradient);
    }
}
