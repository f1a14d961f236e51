using DenseCL.Data.Loading;
using DenseCL.Method;
using DenseCL.Method.Matching;
using DenseCL.Models;
using DenseCL.Platform;
using DenseCL.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Method;

/// <summary>
/// What a step does beside the losses and gradients of the golden runs: what it draws, what it says of its health, what it refuses, what it
/// lets go of.
/// </summary>
public class StepTests
{
    private const int Batch = 8, Group = 4;

    private static readonly int[] InOrder = [.. Enumerable.Range(0, Batch)];

    [Fact]
    public void Key_images_are_dealt_to_groups_in_the_order_that_is_drawn_for_the_step()
    {
        using DisposeScope scope = NewDisposeScope();
        Recipe recipe = DenseContrastTests.Small();
        Views views = DenseContrastTests.RandomViews(13);
        int[] drawn = Order(3), other = Order(4);
        Assert.NotEqual(InOrder[..Group], drawn[..Group].Order());      // other groups than those of the queries
        float[] keys = Keys(null);
        Assert.Equal(Keys(drawn), keys);
        Assert.NotEqual(Keys(InOrder), keys);
        Assert.NotEqual(Keys(other), keys);

        int[] Order(ulong step) => new CounterRandom(recipe.Run.Seed, (ulong)RandomPurpose.KeyOrder, step).Permutation(Batch);

        float[] Keys(int[]? order)
        {
            using DenseContrast method = new(recipe, CPU);
            method.Forward(views, 3, order);
            return [.. method.GlobalQueue.Keys.data<float>(), .. method.DenseQueue!.Keys.data<float>()];
        }
    }

    [Theory]
    [InlineData(MatchingKind.Backbone)]
    [InlineData(MatchingKind.Random)]
    [InlineData(MatchingKind.Overlap)]
    public void Its_health_is_the_mean_over_groups_of_what_the_vectors_say(MatchingKind matching)
    {
        using DisposeScope scope = NewDisposeScope();
        Recipe recipe = DenseContrastTests.Small(method: new() { Matching = matching, KeyMomentum = 1 });
        CropGeometry whole = new(0, 0, 100, 100, false), half = new(50, 0, 50, 100, false), mirrored = new(0, 0, 100, 100, true);
        Views views = DenseContrastTests.InDouble(DenseContrastTests.RandomViews(14)) with
        {
            QueryCrops = [.. Enumerable.Repeat(whole, Batch)],
            KeyCrops = [half, half, mirrored, half, whole, mirrored, whole, whole],
        };
        using DenseContrast method = new(recipe, CPU, ScalarType.Float64), plain = new(recipe, CPU, ScalarType.Float64);
        Tensor globalQueue = method.GlobalQueue.Keys.clone(), denseQueue = method.DenseQueue!.Keys.clone();
        Tensor drawn = DenseMatching.AtRandom(Batch, 4, new CounterRandom(recipe.Run.Seed, (ulong)RandomPurpose.Matching, 2));
        HealthIndicators health = method.Forward(views, 2, InOrder, measureHealth: true).Health!;

        using IDisposable noGrad = no_grad();
        List<double?[]> groups = [];
        for (int start = 0; start < Batch; start += Group)
        {
            EncoderOutput query = plain.QueryEncoder.forward(views.QueryImages.narrow(0, start, Group));
            EncoderOutput key = plain.KeyEncoder.forward(views.KeyImages.narrow(0, start, Group));
            MatchSide querySide = new(query.Features!, query.Dense!, views.QueryCrops.AsMemory(start, Group));
            MatchSide keySide = new(key.Features!, key.Dense!, views.KeyCrops.AsMemory(start, Group));
            Tensor ofGroup = drawn.narrow(0, start, Group);
            Matches match = DenseMatching.Match(matching, querySide, keySide, ofGroup);
            Tensor r = Unit(query.Dense!), t = Unit(key.Dense!);
            Tensor positives = stack([.. Enumerable.Range(0, Group).Select(n => t[n].index_select(0, match.KeyPosition[n]))]);
            var (positive, negative, deviation) = Health.Similarities(Unit(query.Embedding), Unit(key.Embedding), globalQueue);
            var (densePositive, denseNegative, denseDeviation) =
                Health.Similarities(r.view(16, -1), positives.view(16, -1), denseQueue, match.Counts?.view(16));
            groups.Add(
            [
                positive, negative, deviation, densePositive, denseNegative, denseDeviation, Health.MatchEntropy(match),
                matching == MatchingKind.Random ? null : Health.MutualMatches(match, DenseMatching.Match(matching, keySide, querySide)),
                Health.SamePlaceMatches(match), Health.MatchAgreement(match.KeyPosition, querySide.Crops.Span, keySide.Crops.Span),
                Health.PositionVariance(r),
            ]);
        }

        double?[] actual =
        [
            health.PositiveSimilarity, health.NegativeSimilarity, health.Deviation,
            health.DensePositiveSimilarity, health.DenseNegativeSimilarity, health.DenseDeviation,
            health.MatchEntropy, health.MutualMatches, health.SamePlaceMatches, health.MatchAgreement, health.PositionVariance,
        ];
        for (int i = 0; i < actual.Length; i++)
        {
            double?[] of = [.. groups.Select(group => group[i])];
            Assert.Equal(of[0] is null ? null : of.Average(), actual[i]!, Close);
        }

        Assert.Contains(Enumerable.Range(6, 4), i => groups[0][i] != groups[1][i]);     // the groups' matches are not alike

        static Tensor Unit(Tensor vectors) => nn.functional.normalize(vectors, 2, -1);
    }

    [Fact]
    public void Without_a_dense_branch_its_health_is_of_the_global_vectors_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using DenseContrast method = new(DenseContrastTests.Small(method: new() { Lambda = 0 }), CPU);
        Views views = DenseContrastTests.RandomViews(15);
        Assert.Null(method.Forward(views, 0).Health);
        HealthIndicators health = method.Forward(views, 1, measureHealth: true).Health!;
        (double positive, double negative, double deviation) = (health.PositiveSimilarity, health.NegativeSimilarity, health.Deviation);
        Assert.Equal(new HealthIndicators(positive, negative, deviation, null, null, null, null, null, null, null, null), health);
    }

    [Theory]
    [InlineData(MatchingKind.Geometric)]
    [InlineData(MatchingKind.Overlap)]
    [InlineData(MatchingKind.Nearby)]
    public void Matching_by_crops_refuses_views_of_which_either_has_none(MatchingKind matching)
    {
        using DisposeScope scope = NewDisposeScope();
        using DenseContrast method = new(DenseContrastTests.Small(method: new() { Matching = matching }), CPU);
        CropGeometry[] crops = [.. Enumerable.Repeat(new CropGeometry(0, 0, 100, 100, false), Batch)];
        foreach ((CropGeometry[] query, CropGeometry[] key) in new[] { (crops, []), (crops[1..], crops), (crops, crops[1..]), ([], crops) })
        {
            Views views = DenseContrastTests.RandomViews(16) with { QueryCrops = query, KeyCrops = key };
            string message = Assert.Throws<ArgumentException>(() => method.Forward(views, 0)).Message;
            Assert.Contains($"each of the {Batch} images", message, StringComparison.Ordinal);
        }

        Assert.Equal(0, method.GlobalQueue.Enqueued);
        method.Forward(DenseContrastTests.RandomViews(16) with { QueryCrops = crops, KeyCrops = crops }, 0);
        Assert.Equal(Batch, method.GlobalQueue.Enqueued);
    }

    [Theory]
    [InlineData(MatchingKind.Backbone)]
    [InlineData(MatchingKind.Dense)]
    [InlineData(MatchingKind.Random)]
    [InlineData(MatchingKind.Centred)]
    public void Other_matchings_need_no_crops(MatchingKind matching)
    {
        using DisposeScope scope = NewDisposeScope();
        using DenseContrast method = new(DenseContrastTests.Small(method: new() { Matching = matching }), CPU);
        Assert.Null(method.Forward(DenseContrastTests.RandomViews(17), 0, measureHealth: true).Health!.MatchAgreement);
    }

    [Theory]
    [InlineData(BackboneKind.Resnet18, 0)]
    [InlineData(BackboneKind.Resnet18, 0.5)]
    [InlineData(BackboneKind.Resnet18, 1)]
    [InlineData(BackboneKind.MobilenetV3Large, 0.5)]
    public void It_leaves_no_tensor_behind(BackboneKind backbone, double lambda)
    {
        using DisposeScope outer = NewDisposeScope();
        Recipe recipe = DenseContrastTests.Small(method: new() { Lambda = lambda, ImageNegatives = 1 });
        using DenseContrast method = new(recipe with { Model = recipe.Model with { Backbone = backbone } }, CPU);
        Views views = DenseContrastTests.RandomViews(18);
        using DisposeScope scope = NewDisposeScope();
        method.Forward(views, 0, measureHealth: true);
        Assert.Equal(0, scope.DisposablesCount);
    }

    [Fact]
    public void Disposing_of_the_method_frees_encoders_and_queues()
    {
        DenseContrast method = new(DenseContrastTests.Small(), CPU);
        Tensor[] all = [method.GlobalQueue.Keys, method.DenseQueue!.Keys, method.QueryEncoder.parameters().First(), method.KeyEncoder.parameters().First()];
        Assert.DoesNotContain(all, tensor => tensor.IsInvalid);
        method.Dispose();
        Assert.All(all, tensor => Assert.True(tensor.IsInvalid));
    }

    private static bool Close(double? expected, double? actual) =>
        expected.HasValue == actual.HasValue && Math.Abs((expected - actual) ?? 0) <= 1e-9;
}
