using DenseCL.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Method;

/// <summary>Negatives from a row's own image, in addition to those that all rows share: the dense keys of other places.</summary>
/// <param name="Keys">t: (N, P, D) unit vectors, P per image.</param>
/// <param name="Excluded">Which keys are not negatives of which query position: (N, P, P) bool, query position, key position.</param>
internal sealed record OwnNegatives(Tensor Keys, Tensor Excluded)
{
    /// <summary>P: the number of query rows per image.</summary>
    internal long RowsOfImage => Keys.shape[1];

    /// <summary>All key positions at least this many cells from the match, along rows or along columns.</summary>
    /// <param name="keys">t: (N, S², D) unit vectors</param>
    /// <param name="match">j: (N, S²) int64</param>
    /// <param name="cells">The least distance, at least 1.</param>
    public static OwnNegatives AwayFrom(Tensor keys, Tensor match, int cells)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(match);
        ArgumentOutOfRangeException.ThrowIfLessThan(cells, 1);
        using DisposeScope scope = NewDisposeScope();
        int side = (int)Math.Sqrt(keys.shape[1]);
        Tensor nearOf = Near(s => s / side) & Near(s => s % side); // (S², S²): for each match
        return new OwnNegatives(
            keys,
            nearOf.index_select(0, match.flatten()).view(match.shape[0], match.shape[1], -1).MoveToOuterDisposeScope());

        Tensor Near(Func<int, long> line)
        {
            using Scalar least = cells.ToScalar();
            Tensor lines = tensor([.. Enumerable.Range(0, side * side).Select(line)], device: keys.device);
            return (lines.unsqueeze(1) - lines).abs().lt(least);
        }
    }

    internal OwnNegatives To(ScalarType type) => this with { Keys = Keys.detach().to_type(type) };

    /// <summary>The softmax over the positive and these negatives. The rows must be those of whole images.</summary>
    /// <param name="firstRow">The first of the rows.</param>
    /// <param name="queries">(r, D)</param>
    /// <param name="positives">(r, D)</param>
    /// <param name="positive">l₊: (r, 1)</param>
    /// <param name="temperature">τ</param>
    internal RunningSoftmax Start(long firstRow, Tensor queries, Tensor positives, Tensor positive, double temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        long rows = queries.shape[0], first = firstRow / RowsOfImage, images = rows / RowsOfImage;
        Tensor keys = Keys.narrow(0, first, images), excluded = Excluded.narrow(0, first, images);
        using Scalar never = double.NegativeInfinity.ToScalar();
        Tensor logits = queries
            .view(images, RowsOfImage, -1)
            .bmm(keys.transpose(1, 2))
            .DivideInPlace(temperature)
            .masked_fill_(excluded, never); // (n, P, P)
        Tensor largest = maximum(positive, logits.amax([2]).view(rows, 1));
        Tensor weights = (logits - largest.view(images, RowsOfImage, 1)).exp_();
        Tensor ofPositive = (positive - largest).exp_();
        Tensor sum = ofPositive.Plus(weights.sum(2).view(rows, 1));
        Tensor expected = (positives * ofPositive).Plus(weights.bmm(keys).view(rows, -1));
        return new RunningSoftmax(largest.MoveToOuterDisposeScope(), sum.MoveToOuterDisposeScope(), expected.MoveToOuterDisposeScope());
    }
}
