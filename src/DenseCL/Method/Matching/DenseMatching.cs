using DenseCL.Platform;
using DenseCL.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Method.Matching;

/// <summary>
/// Which key position is the positive of each query position: j(s) = argmaxⱼ sim(F_q[s], F_k[j]), section 3.3 of the paper.
/// </summary>
internal static class DenseMatching
{
    /// <summary>Matches by the rule that a recipe names. This is the one place that knows all rules.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="querySide">The view whose positions are matched.</param>
    /// <param name="keySide">The view in which their matches lie.</param>
    /// <param name="drawn">Random matches, for <see cref="MatchingKind.Random"/> only: (N, S²) int64.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such rule.</exception>
    /// <exception cref="ArgumentException">The rule needs the crops, and they are not known.</exception>
    internal static Matches Match(MatchingKind rule, MatchSide querySide, MatchSide keySide, Tensor? drawn = null)
    {
        using DisposeScope scope = NewDisposeScope();
        KnownPlaces places = NeedsCrops(rule) ? KnownPlaces.Of(querySide.Crops.Span, keySide.Crops.Span, querySide.GridSize) : default;
        Matches matches = rule switch
        {
            MatchingKind.Backbone => new(ByFeatures(querySide.Features, keySide.Features)),
            MatchingKind.Dense => new(ByFeatures(querySide.Dense, keySide.Dense)),
            MatchingKind.Random => new(drawn!.alias()),
            MatchingKind.Geometric => new(OnDevice(places.Nearest())),
            MatchingKind.Overlap => new(OnDevice(places.Nearest()), OnDevice(places.Inside())),
            MatchingKind.Nearby => new(
                ByFeatures(querySide.Features, keySide.Features, OnDevice(places.Within(1))),
                OnDevice(places.Inside())),
            MatchingKind.Centred => new(ByFeatures(Centred(querySide.Features), Centred(keySide.Features))),
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "There is no such matching."),
        };
        return new(matches.KeyPosition.MoveToOuterDisposeScope(), matches.Counts?.MoveToOuterDisposeScope());

        Tensor OnDevice(Tensor known) => known.to(querySide.Features.device);
    }

    /// <summary>Whether the rule uses the known crops.</summary>
    internal static bool NeedsCrops(MatchingKind rule) => rule is MatchingKind.Geometric or MatchingKind.Overlap or MatchingKind.Nearby;

    /// <summary>Whether the rule leaves positions without a positive: those that lie outside the other view.</summary>
    internal static bool LeavesOut(MatchingKind rule) => rule is MatchingKind.Overlap or MatchingKind.Nearby;

    /// <summary>Matches positions by the cosine similarity of their features. Several query positions may have the same match.</summary>
    /// <param name="queryFeatures">F_q: (N, S², C), any length.</param>
    /// <param name="keyFeatures">F_k: (N, S², C), any length.</param>
    /// <param name="allowed">Which pairs may be matched: (N, S², S²) bool, query position, key position; null for all.</param>
    /// <returns>j: (N, S²) int64, a key position for every query position. If no pair is allowed, the position is arbitrary.</returns>
    public static Tensor ByFeatures(Tensor queryFeatures, Tensor keyFeatures, Tensor? allowed = null)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor similarity = Similarity(queryFeatures, keyFeatures);
        if (allowed is not null)
        {
            using Scalar never = double.NegativeInfinity.ToScalar();
            similarity.masked_fill_(allowed.logical_not(), never);
        }

        return similarity.argmax(2).MoveToOuterDisposeScope();
    }

    /// <summary>The cosine similarity of all pairs of positions.</summary>
    /// <param name="queryFeatures">(N, S², C)</param>
    /// <param name="keyFeatures">(N, S², C)</param>
    /// <returns>(N, S², S²): query position, key position.</returns>
    public static Tensor Similarity(Tensor queryFeatures, Tensor keyFeatures)
    {
        ArgumentNullException.ThrowIfNull(queryFeatures);
        ArgumentNullException.ThrowIfNull(keyFeatures);
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.normalize(queryFeatures, 2, 2)
            .bmm(nn.functional.normalize(keyFeatures, 2, 2).transpose(1, 2))
            .MoveToOuterDisposeScope();
    }

    /// <summary>Matches every query position to a random key position of the same image (the paper's ablation).</summary>
    /// <param name="images">N</param>
    /// <param name="positions">S²</param>
    /// <param name="random">The stream of the step.</param>
    /// <returns>(N, S²) int64</returns>
    public static Tensor AtRandom(int images, int positions, CounterRandom random)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] match = new long[images * positions];
        for (int i = 0; i < match.Length; i++)
        {
            match[i] = random.NextInt(positions);
        }

        return torch.tensor(match).view(images, positions).MoveToOuterDisposeScope();
    }

    /// <summary>Features without what they say about the position: the mean over images is subtracted.</summary>
    /// <param name="features">(N, S², C)</param>
    private static Tensor Centred(Tensor features)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return (features - features.mean([0], keepdim: true)).MoveToOuterDisposeScope();
    }
}
