using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Matching;

/// <summary>The nearest position of one map for each position of another, by cosine similarity.</summary>
/// <param name="Positions">For each of P positions a number of 0 … Q − 1; of several equally near ones the first.</param>
/// <param name="Similarities">The P cosines.</param>
internal sealed record Neighbours(long[] Positions, float[] Similarities)
{
    private const long AtOnce = 1 << 24;    // similarities in memory, 64 MB

    /// <summary>Finds them.</summary>
    /// <param name="first">(P, C), float32; vectors of any length.</param>
    /// <param name="second">(Q, C), float32; vectors of any length.</param>
    public static Neighbours Of(Tensor first, Tensor second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = nn.functional.normalize(first, dim: 1), columns = nn.functional.normalize(second, dim: 1).t();
        long count = rows.shape[0], each = Math.Max(1, AtOnce / columns.shape[1]);
        List<long> nearest = [];
        List<float> similarities = [];
        for (long start = 0; start < count; start += each)
        {
            using DisposeScope part = NewDisposeScope();
            Tensor cosines = rows.narrow(0, start, Math.Min(each, count - start)).mm(columns);
            Tensor largest = cosines.argmax(1, keepdim: true);
            nearest.AddRange(largest.cpu().data<long>());
            similarities.AddRange(cosines.gather(1, largest).cpu().data<float>());
        }

        return new Neighbours([.. nearest], [.. similarities]);
    }
}
