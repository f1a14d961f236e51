using DenseCL.Compute;
using DenseCL.Data.Loading;
using DenseCL.Method.Matching;
using DenseCL.Models;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace DenseCL.Method;

/// <summary>
/// Dense contrastive learning (Wang et al., Dense Contrastive Learning for Self-Supervised Visual Pre-Training, CVPR 2021) on two views of
/// each image. A query encoder learns by gradient, and a key encoder follows it slowly. Each global vector must find its key among those of
/// other images (L_q). Each dense vector must find the key vector of the position that matches it (L_r): L = (1 − λ) L_q + λ L_r. MoCo-v2
/// is λ = 0.
/// </summary>
public sealed class DenseContrast : IDisposable
{
    private readonly MethodOptions method;
    private readonly ulong seed;
    private readonly int queryGroup;
    private readonly ParameterVector keyParameters;
    private readonly StateBefore before;

    /// <summary>Builds two equal, freshly initialised encoders, and queues of random unit vectors.</summary>
    /// <param name="recipe">Valid and without <c>auto</c> values.</param>
    /// <param name="device">The device that computes.</param>
    /// <param name="type">
    /// The type of weights and queues. float32 goes with views in float32 or bfloat16. float64 goes with views in float64: libtorch then
    /// computes everything, which is slow but makes rounding irrelevant.
    /// </param>
    public DenseContrast(Recipe recipe, Device device, ScalarType type = ScalarType.Float32)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        using DisposeScope scope = NewDisposeScope();
        method = recipe.Method;
        seed = recipe.Run.Seed;
        queryGroup = recipe.Optim.BatchNormGroup ?? recipe.Optim.Batch / recipe.Optim.Accumulation;
        IsDense = method.Lambda > 0;

        QueryEncoder = NewEncoder();
        QueryEncoder.Initialise(seed);
        KeyEncoder = NewEncoder();
        KeyEncoder.load_state_dict(QueryEncoder.state_dict());
        QueryEncoder.to(device, type);
        KeyEncoder.to(device, type);
        Parameters = new ParameterVector(QueryEncoder, trainable: true);
        keyParameters = new ParameterVector(KeyEncoder, trainable: false);
        before = new StateBefore([keyParameters.Values, .. QueryEncoder.buffers(), .. KeyEncoder.buffers()]);

        GlobalQueue = StartQueue(RandomPurpose.GlobalQueue, recipe.Model.Embedding);
        DenseQueue = IsDense ? StartQueue(RandomPurpose.DenseQueue, QueryEncoder.DenseLength) : null;

        Encoder NewEncoder() => new(
            recipe.Model.Backbone,
            recipe.Model.Embedding,
            IsDense,
            method.GridSize,
            recipe.Model.OutputStride,
            recipe.Model.DenseHead,
            recipe.Data.Channels);

        NegativeQueue StartQueue(RandomPurpose purpose, int length) =>
            new(Initialisation.RandomUnitVectors(method.Queue!.Value, length, seed, purpose).to(type, device));
    }

    /// <summary>The query encoder, which learns by gradient. Its backbone is the product.</summary>
    public Encoder QueryEncoder { get; }

    /// <summary>The key encoder, which follows the query encoder.</summary>
    public Encoder KeyEncoder { get; }

    /// <summary>Global keys of earlier batches, (K, D).</summary>
    internal NegativeQueue GlobalQueue { get; }

    /// <summary>One dense key vector for each image of earlier batches, (K, D); null for MoCo-v2.</summary>
    internal NegativeQueue? DenseQueue { get; }

    /// <summary>Whether there is a dense branch.</summary>
    public bool IsDense { get; }

    /// <summary>The query encoder's parameters and, after <see cref="Forward"/>, their gradients, for an optimiser.</summary>
    internal ParameterVector Parameters { get; }

    /// <summary>
    /// The forward and backward pass of a step: keys, losses, gradients, both queues. If the loss is not a finite number, encoders and
    /// queues stay as they were, and the gradients must not be used.
    /// </summary>
    /// <param name="views">N images, a multiple of the batch-norm group.</param>
    /// <param name="step">The step, from 0. It keys all random numbers, and the warm-up of λ depends on it.</param>
    /// <param name="keyOrder">A permutation of 0 … N − 1, the order in which key images are distributed to batch-norm groups; null for a
    /// random one.</param>
    /// <param name="measureHealth">Whether to compute the health indicators too.</param>
    /// <exception cref="ArgumentException">The matching uses the known crops, and the views do not have them.</exception>
    public StepReport Forward(Views views, long step, int[]? keyOrder = null, bool measureHealth = false)
    {
        ArgumentNullException.ThrowIfNull(views);
        using DisposeScope scope = NewDisposeScope();
        int images = (int)views.QueryImages.shape[0];
        if (IsDense && DenseMatching.NeedsCrops(method.Matching) && (views.QueryCrops.Length != images || views.KeyCrops.Length != images))
        {
            throw new ArgumentException(
                $"method.matching is {OptionProperty.WordOf(method.Matching)}: "
                + $"the views must say where each of the {images} images was cut.",
                nameof(views));
        }

        double lambda = step < method.LambdaWarmupSteps ? 0 : method.Lambda;

        before.Remember();
        MomentumEncoder.Update(keyParameters, Parameters, method.KeyMomentum!.Value);
        Keys keys = EncodeKeys(views.KeyImages, keyOrder ?? Stream(RandomPurpose.KeyOrder, step).Permutation(images), step);
        Tensor? drawn = IsDense && method.Matching == MatchingKind.Random
            ? DenseMatching.AtRandom(images, (int)keys.Dense!.shape[1], Stream(RandomPurpose.Matching, step)).to(views.QueryImages.device)
            : null;

        double counted =
            IsDense && DenseMatching.LeavesOut(method.Matching) ? CountedPositions(views, (int)Math.Sqrt(keys.Dense!.shape[1])) : 0;

        // Forward and backward run group by group: each group has its own batch-norm statistics, and only one group's activations are in
        // memory.
        Parameters.Gradients!.zero_();
        GroupMeans means = new();
        for (int start = 0; start < images; start += queryGroup)
        {
            using DisposeScope group = NewDisposeScope();
            Tensor Slice(Tensor batch) => batch.narrow(0, start, queryGroup);

            Tape tape = new();
            EncoderOutput queryOutput = QueryEncoder.forward(Slice(views.QueryImages), tape);
            Tensor q = normalize(queryOutput.Embedding, 2, 1);                                            // (n, D)
            Tensor k = Slice(keys.Global);                                                          // (n, D)
            Tensor? globalLoss = lambda < 1 ? InfoNce.Loss(q, k, GlobalQueue.Keys, method.Temperature, views.QueryImages.dtype) : null;

            Tensor? denseLoss = null, r = null, t = null;
            Matches match = default;
            MatchSide querySide = default, keySide = default;
            if (lambda > 0)
            {
                querySide = new(queryOutput.Features!, queryOutput.Dense!, CropsOf(views.QueryCrops, start));
                keySide = new(Slice(keys.Features!), Slice(keys.Dense!), CropsOf(views.KeyCrops, start));
                match = DenseMatching.Match(method.Matching, querySide, keySide, drawn is null ? null : Slice(drawn));      // (n, S²)
                r = normalize(queryOutput.Dense!, 2, 2).flatten(0, 1);                                    // (n S², D)
                t = keySide.Dense.gather(1, match.KeyPosition.unsqueeze(2).expand(-1, -1, keySide.Dense.shape[2])).flatten(0, 1);
                OwnNegatives? own = method.ImageNegatives is { } cells ? OwnNegatives.AwayFrom(keySide.Dense, match.KeyPosition, cells) : null;
                denseLoss = InfoNce.Loss(
                    r,
                    t,
                    DenseQueue!.Keys,
                    method.DenseTemperature ?? method.Temperature,
                    views.QueryImages.dtype,
                    own,
                    match.Counts?.flatten());
                if (match.Counts is { } counts)
                {
                    // The mean over all positions of the batch that count, whichever group they are in.
                    double ofGroup = counts.sum(ScalarType.Int64).item<long>();
                    denseLoss = denseLoss.Times(ofGroup * images / (Math.Max(1, counted) * queryGroup));
                }
            }

            Tensor loss = Weighted(globalLoss, 1 - lambda, denseLoss, lambda);
            loss.Times((double)queryGroup / images).backward();
            tape.Backward();

            means.Add(loss, globalLoss, denseLoss);
            if (measureHealth)
            {
                means.Add(Health.Similarities(q, k, GlobalQueue.Keys));
                if (r is not null)
                {
                    means.AddDense(
                        Health.Similarities(r, t!, DenseQueue!.Keys, match.Counts?.flatten()),
                        Health.MatchEntropy(match),
                        drawn is null ? Health.MutualMatches(match, DenseMatching.Match(method.Matching, keySide, querySide)) : null,
                        Health.SamePlaceMatches(match),
                        Health.MatchAgreement(match.KeyPosition, querySide.Crops.Span, keySide.Crops.Span),
                        Health.PositionVariance(r.view(queryGroup, -1, r.shape[1])));
                }
            }
        }

        StepReport report = means.Report(lambda);
        if (!double.IsFinite(report.Loss))
        {
            before.Restore();
            return report;
        }

        GlobalQueue.Enqueue(keys.Global);
        DenseQueue?.Enqueue(keys.Negatives!);
        return report;
    }

    /// <summary>
    /// Keys of the whole batch. The images are distributed to batch-norm groups in another order than the query images (shuffling BN). A
    /// query and its key must not share statistics, or the network could use them to find the pair.
    /// </summary>
    private Keys EncodeKeys(Tensor images, int[] order, long step)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor shuffle = torch.tensor(order, dtype: ScalarType.Int64, device: images.device);
        Tensor unshuffle = shuffle.argsort();

        List<EncoderOutput> groups = [.. shuffle.split(queryGroup).Select(group => KeyEncoder.forward(images.index_select(0, group)))];
        Tensor InOrder(Func<EncoderOutput, Tensor> part) => cat([.. groups.Select(part)], 0).index_select(0, unshuffle);

        Tensor global = normalize(InOrder(output => output.Embedding), 2, 1).MoveToOuterDisposeScope();
        if (!IsDense)
        {
            return new Keys(global, null, null, null);
        }

        Tensor features = InOrder(output => output.Features!);                                      // (N, S², C)
        Tensor dense = InOrder(output => output.Dense!);                                            // (N, S², D)
        Tensor negatives = method.Negatives == Negatives.Pooled ? dense.mean([1]) : OneOfEach(dense, step);
        return new Keys(
            global,
            features.MoveToOuterDisposeScope(),
            normalize(dense, 2, 2).MoveToOuterDisposeScope(),
            normalize(negatives, 2, 1).MoveToOuterDisposeScope());
    }

    /// <summary>The vector at a random position of each image: (N, S², D) → (N, D).</summary>
    private Tensor OneOfEach(Tensor dense, long step)
    {
        CounterRandom random = Stream(RandomPurpose.SampledNegatives, step);
        long[] position = [.. Enumerable.Range(0, (int)dense.shape[0]).Select(_ => (long)random.NextInt((int)dense.shape[1]))];
        Tensor index = torch.tensor(position, device: dense.device).view(-1, 1, 1).expand(-1, 1, dense.shape[2]);
        return dense.gather(1, index).squeeze(1);
    }

    private ReadOnlyMemory<CropGeometry> CropsOf(CropGeometry[] crops, int start) =>
        crops.Length == 0 ? default : crops.AsMemory(start, queryGroup);

    /// <summary>How many positions of the query views lie inside their key view.</summary>
    private static long CountedPositions(Views views, int gridSize)
    {
        using DisposeScope scope = NewDisposeScope();
        return KnownPlaces.Of(views.QueryCrops, views.KeyCrops, gridSize).Inside().sum(ScalarType.Int64).item<long>();
    }

    private static Tensor Weighted(Tensor? first, double firstWeight, Tensor? second, double secondWeight) => (first, second) switch
    {
        (not null, not null) => first.Times(firstWeight).Plus(second.Times(secondWeight)),
        (not null, null) => first.Times(firstWeight),
        _ => second!.Times(secondWeight),
    };

    private CounterRandom Stream(RandomPurpose purpose, long step) => new(seed, (ulong)purpose, (ulong)step);

    /// <inheritdoc/>
    public void Dispose()
    {
        QueryEncoder.Dispose();
        KeyEncoder.Dispose();
        GlobalQueue.Dispose();
        DenseQueue?.Dispose();
        Parameters.Dispose();
        keyParameters.Dispose();
        before.Dispose();
    }
}
