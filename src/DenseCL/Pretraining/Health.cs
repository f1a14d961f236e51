using DenseCL.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Pretraining;

/// <summary>The formulas behind <see cref="HealthIndicators"/>.</summary>
internal static class Health
{
    /// <summary>Mean cosine of vectors and their positives, of vectors and the queue, and the spread of the vectors.</summary>
    /// <param name="queries">(R, D) unit vectors</param>
    /// <param name="positives">(R, D) unit vectors</param>
    /// <param name="negatives">(K, D) unit vectors</param>
    public static (double Positive, double Negative, double Deviation) Similarities(Tensor queries, Tensor positives, Tensor negatives)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        double positive = (queries * positives).sum(1).mean().to_type(ScalarType.Float64).item<double>();
        double negative = (queries.mean([0]) * negatives.mean([0])).sum().to_type(ScalarType.Float64).item<double>();   // the mean of all products is the product of the means
        double deviation = queries.shape[0] == 1 ? 0 : queries.std(0).mean().Times(Math.Sqrt(queries.shape[1])).to_type(ScalarType.Float64).item<double>();
        return (positive, negative, deviation);
    }

    /// <summary>The entropy of matched positions, mean over images, relative to log S².</summary>
    /// <param name="match">j: (N, S²)</param>
    public static double MatchEntropy(Tensor match)
    {
        using DisposeScope scope = NewDisposeScope();
        long positions = match.shape[1];
        if (positions == 1)
        {
            return 1;
        }

        Tensor share = nn.functional.one_hot(match, positions).to_type(ScalarType.Float32).mean([1]);   // (N, S²)
        Tensor entropy = -(share * share.AtLeast(1e-12).log()).sum(1).mean();
        return entropy.to_type(ScalarType.Float64).item<double>() / Math.Log(positions);
    }

    /// <summary>The share of query positions s with j⁻¹(j(s)) = s, where j⁻¹ matches backwards by the same features.</summary>
    /// <param name="match">j: (N, S²)</param>
    /// <param name="query">F_q: (N, S², C)</param>
    /// <param name="key">F_k: (N, S², C)</param>
    public static double MutualMatches(Tensor match, Tensor query, Tensor key)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor back = DenseMatching.ByFeatures(key, query).gather(1, match);                             // (N, S²)
        long[] positions = [.. Enumerable.Range(0, (int)match.shape[1]).Select(s => (long)s)];
        return back.eq(torch.tensor(positions, device: match.device)).to_type(ScalarType.Float32).mean().to_type(ScalarType.Float64).item<double>();
    }
}
