using DenseCL.Compute;
using DenseCL.Data.Loading;
using DenseCL.Method.Matching;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Method;

/// <summary>The formulas behind <see cref="HealthIndicators"/>.</summary>
internal static class Health
{
    /// <summary>Mean cosine of vectors and their positives, mean cosine of vectors and the queue, and the spread of the vectors.</summary>
    /// <param name="queries">(R, D) unit vectors</param>
    /// <param name="positives">(R, D) unit vectors</param>
    /// <param name="negatives">(K, D) unit vectors</param>
    /// <param name="counts">Which rows have a positive: (R) bool; null for all. If none has one, all count.</param>
    public static (double Positive, double Negative, double Deviation) Similarities(
        Tensor queries,
        Tensor positives,
        Tensor negatives,
        Tensor? counts = null)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor cosines = (queries * positives).sum(1);
        Tensor counted = counts is not null && counts.any().item<bool>() ? cosines.masked_select(counts) : cosines;
        double positive = counted.mean().to_type(ScalarType.Float64).item<double>();
        // The mean of all products is the product of the means.
        double negative = (queries.mean([0]) * negatives.mean([0])).sum().to_type(ScalarType.Float64).item<double>();
        double deviation =
            queries.shape[0] == 1 ? 0 : queries.std(0).mean().Times(Math.Sqrt(queries.shape[1])).to_type(ScalarType.Float64).item<double>();
        return (positive, negative, deviation);
    }

    /// <summary>The entropy of the matched positions, averaged over images, relative to log S²; null if no position has a match.</summary>
    /// <param name="match">j: (N, S²), and which of them count.</param>
    public static double? MatchEntropy(Matches match)
    {
        using DisposeScope scope = NewDisposeScope();
        long positions = match.KeyPosition.shape[1];
        if (positions == 1)
        {
            return 1;
        }

        Tensor chosen = nn.functional.one_hot(match.KeyPosition, positions).to_type(ScalarType.Float32);         // (N, S², S²)
        if (match.Counts is { } counts)
        {
            Tensor some = counts.any(1);
            if (!some.any().item<bool>())
            {
                return null;
            }

            Tensor weight = counts.to_type(ScalarType.Float32);
            chosen = (chosen * (weight / weight.sum(1, keepdim: true).AtLeast(1)).unsqueeze(2).Times(positions)).index_select(
                0,
                some.nonzero().squeeze(1));
        }

        Tensor share = chosen.mean([1]);                                                                 // (N, S²)
        Tensor entropy = -(share * share.AtLeast(1e-12).log()).sum(1).mean();
        return entropy.to_type(ScalarType.Float64).item<double>() / Math.Log(positions);
    }

    /// <summary>The share of query positions s with j⁻¹(j(s)) = s; null if none has a match.</summary>
    /// <param name="match">j: (N, S²)</param>
    /// <param name="back">j⁻¹: (N, S²), the matches of the key positions by the same rule.</param>
    public static double? MutualMatches(Matches match, Matches back)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor mutual = back.KeyPosition.gather(1, match.KeyPosition).eq(Positions(match.KeyPosition));
        return Share(back.Counts is { } counts ? mutual & counts.gather(1, match.KeyPosition) : mutual, match.Counts);
    }

    /// <summary>The share of query positions s with j(s) = s; null for a single position, and if none has a match.</summary>
    /// <param name="match">j: (N, S²)</param>
    public static double? SamePlaceMatches(Matches match)
    {
        using DisposeScope scope = NewDisposeScope();
        return match.KeyPosition.shape[1] == 1 ? null : Share(match.KeyPosition.eq(Positions(match.KeyPosition)), match.Counts);
    }

    /// <summary>The share of matches that are the nearest position by the known crops, among positions inside the other view.</summary>
    /// <param name="match">j: (N, S²)</param>
    /// <param name="queryCrops">The N crops of the query views; empty if they are not known.</param>
    /// <param name="keyCrops">The N crops of the key views.</param>
    public static double? MatchAgreement(Tensor match, ReadOnlySpan<CropGeometry> queryCrops, ReadOnlySpan<CropGeometry> keyCrops)
    {
        if (queryCrops.IsEmpty || keyCrops.IsEmpty)
        {
            return null;
        }

        using DisposeScope scope = NewDisposeScope();
        KnownPlaces places = KnownPlaces.Of(queryCrops, keyCrops, (int)Math.Sqrt(match.shape[1]));
        Tensor inside = places.Inside();
        long counted = inside.sum(ScalarType.Int64).item<long>();
        return counted == 0 ? null : (double)(match.cpu().eq(places.Nearest()) & inside).sum(ScalarType.Int64).item<long>() / counted;
    }

    /// <summary>
    /// The share of the variance of the vectors that their position explains: 1 − (within positions / (R − S²)) / (total / (R − 1)), R = N
    /// S².
    /// </summary>
    /// <param name="dense">(N, S², D); null is returned for a single image or position.</param>
    public static double? PositionVariance(Tensor dense)
    {
        (long images, long positions) = (dense.shape[0], dense.shape[1]);
        if (images == 1 || positions == 1)
        {
            return null;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        double Sum(Tensor deviation) => (deviation * deviation).sum(ScalarType.Float64).item<double>();
        double within = Sum(dense - dense.mean([0], keepdim: true)), total = Sum(dense - dense.mean([0, 1], keepdim: true));
        return total == 0 ? 0 : 1 - (within / (positions * (images - 1)) / (total / ((positions * images) - 1)));
    }

    private static Tensor Positions(Tensor match)
    {
        long[] positions = [.. Enumerable.Range(0, (int)match.shape[1]).Select(s => (long)s)];
        return torch.tensor(positions, device: match.device);
    }

    private static double? Share(Tensor of, Tensor? counts)
    {
        Tensor counted = counts is null ? of : of.masked_select(counts);
        return counted.numel() == 0 ? null : counted.to_type(ScalarType.Float32).mean().to_type(ScalarType.Float64).item<double>();
    }
}
