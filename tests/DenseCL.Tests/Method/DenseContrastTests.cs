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
/// The properties of a step that the golden runs do not show: what must not leak, the ablations, groups and accumulation.
/// </summary>
public class DenseContrastTests
{
    private const int Batch = 8, Size = 64, Positions = 4;

    [Fact]
    public void Keys_do_not_move_when_the_query_weights_are_disturbed()
    {
        // With m = 1 the key encoder never takes anything over: whatever the query encoder is, the keys are the same to the bit.
        using DisposeScope scope = NewDisposeScope();
        Recipe recipe = Small(method: new() { KeyMomentum = 1 });
        Views views = RandomViews(1);
        using DenseContrast untouched = new(recipe, CPU), disturbed = new(recipe, CPU);
        using (no_grad())
        {
            foreach (Tensor weight in disturbed.QueryEncoder.parameters())
            {
                weight.add_(randn_like(weight));
            }
        }

        untouched.Forward(views, 0);
        disturbed.Forward(views, 0);
        Assert.Equal(Entries(untouched.GlobalQueue), Entries(disturbed.GlobalQueue));
        Assert.Equal(Entries(untouched.DenseQueue!), Entries(disturbed.DenseQueue!));
    }

    [Fact]
    public void The_key_encoder_keeps_the_share_m_of_itself()
    {
        using DisposeScope scope = NewDisposeScope();
        using DenseContrast method = new(Small(method: new() { KeyMomentum = 0.75 }), CPU);
        Tensor key = method.KeyEncoder.state_dict()["backbone.layer3.0.conv1.weight"],
            query = method.QueryEncoder.state_dict()["backbone.layer3.0.conv1.weight"];
        using (no_grad())
        {
            query.add_(1);
        }

        Tensor expected = (key * 0.75) + (query * 0.25);
        method.Forward(RandomViews(1), 0);
        Assert.True(key.allclose(expected, 1e-5, 1e-6));
    }

    [Fact]
    public void A_step_whose_loss_is_not_finite_leaves_no_trace()
    {
        using DisposeScope scope = NewDisposeScope();
        using DenseContrast method = new(Small(method: new() { KeyMomentum = 0.5 }), CPU);
        using (no_grad())
        {
            foreach (Tensor weight in method.QueryEncoder.parameters())
            {
                weight.add_(randn_like(weight), 0.1);       // so that the momentum update moves the key encoder
            }
        }

        Views views = RandomViews(1), broken = new(views.QueryImages, views.KeyImages.clone(), views.QueryCrops, views.KeyCrops);
        broken.KeyImages[Batch - 1, 0, 0, 0] = float.NaN;
        Dictionary<string, Tensor> State() => new[] { method.QueryEncoder, method.KeyEncoder }
            .SelectMany((encoder, number) => encoder.state_dict().Select(entry => ($"{number} {entry.Key}", entry.Value)))
            .Append(("queue", method.GlobalQueue.Keys)).Append(("dense queue", method.DenseQueue!.Keys))
            .ToDictionary(entry => entry.Item1, entry => entry.Item2.clone(), StringComparer.Ordinal);

        Dictionary<string, Tensor> before = State();
        Assert.False(double.IsFinite(method.Forward(broken, 0).Loss));
        Assert.All(State(), entry => Assert.True(Same(entry.Value, before[entry.Key]), entry.Key));
        Assert.Equal((0, 0), (method.GlobalQueue.Enqueued, method.DenseQueue!.Enqueued));

        Assert.True(double.IsFinite(method.Forward(views, 0).Loss));
        Assert.Contains(
            State(),
            entry => entry.Key.StartsWith("1 backbone", StringComparison.Ordinal) && !Same(entry.Value, before[entry.Key]));

        static bool Same(Tensor a, Tensor b) => a.eq(b).all().item<bool>();
    }

    [Fact]
    public void Loss_and_gradient_of_a_step_in_groups_are_those_written_out_plainly()
    {
        // An independent way: whole logits, cross entropy, autograd; groups of 4 as the mean of two half batches.
        using DisposeScope scope = NewDisposeScope();
        Recipe recipe = Small(method: new() { KeyMomentum = 1, Lambda = 0.3 }, optim: new() { BatchNormGroup = 4 });
        Views views = RandomViews(2);
        int[] order = [3, 6, 1, 0, 7, 2, 5, 4];
        using DenseContrast method = new(recipe, CPU), plain = new(recipe, CPU);
        Tensor globalQueue = method.GlobalQueue.Keys.clone(), denseQueue = method.DenseQueue!.Keys.clone();
        StepReport report = method.Forward(views, 0, order);

        List<EncoderOutput> keys = [];
        using (no_grad())
        {
            foreach (int[] group in order.Chunk(4))
            {
                keys.Add(plain.KeyEncoder.forward(views.KeyImages.index_select(0, torch.tensor(group, ScalarType.Int64))));
            }
        }

        Tensor unshuffle = torch.tensor(order, ScalarType.Int64).argsort();
        Tensor keyEmbedding = cat([.. keys.Select(o => o.Embedding)]).index_select(0, unshuffle);
        Tensor keyFeatures = cat([.. keys.Select(o => o.Features!)]).index_select(0, unshuffle);
        Tensor keyDense = cat([.. keys.Select(o => o.Dense!)]).index_select(0, unshuffle);

        Tensor total = zeros(1);
        for (int start = 0; start < Batch; start += 4)
        {
            EncoderOutput q = plain.QueryEncoder.forward(views.QueryImages.narrow(0, start, 4));
            Tensor global = CrossEntropy(Normal(q.Embedding), Normal(keyEmbedding.narrow(0, start, 4)), globalQueue);
            List<Tensor> rows = [], positives = [];
            for (int n = 0; n < 4; n++)
            {
                Tensor match = Normal(q.Features![n]).mm(Normal(keyFeatures[start + n]).t()).argmax(1);
                rows.Add(q.Dense![n]);
                positives.Add(keyDense[start + n].index_select(0, match));
            }

            Tensor dense = CrossEntropy(Normal(cat(rows)), Normal(cat(positives)), denseQueue);
            total += ((0.7 * global) + (0.3 * dense)) / 2;
        }

        plain.QueryEncoder.zero_grad();
        total.backward();
        Assert.Equal(total.item<float>(), report.Loss, 1e-4);
        Tensor ours = cat([.. method.QueryEncoder.parameters().Select(p => p.grad!.flatten())]),
            theirs = cat([.. plain.QueryEncoder.parameters().Select(p => p.grad!.flatten())]);
        Assert.InRange(((ours - theirs).norm() / theirs.norm()).item<float>(), 0, 1e-4);

        // What each image leaves in the dense queue: the mean of its dense map, then normalised; none dropped, in order.
        Assert.True(method.DenseQueue.Keys.narrow(0, 0, Batch).allclose(Normal(keyDense.mean([1])), 1e-4, 1e-5));
        Assert.True(method.GlobalQueue.Keys.narrow(0, 0, Batch).allclose(Normal(keyEmbedding), 1e-4, 1e-5));

        static Tensor CrossEntropy(Tensor q, Tensor k, Tensor queue) => nn.functional.cross_entropy(
            cat([(q * k).sum(1, keepdim: true), q.mm(queue.t())], 1) / 0.2, zeros(q.shape[0], ScalarType.Int64));
    }

    [Fact]
    public void Accumulation_gives_the_step_of_batch_norm_groups_of_a_piece()
    {
        using DisposeScope scope = NewDisposeScope();
        Views views = RandomViews(3);
        using DenseContrast pieces = new(Small(optim: new() { BatchNormGroup = null, Accumulation = 2 }), CPU);
        using DenseContrast groups = new(Small(optim: new() { BatchNormGroup = 4 }), CPU);
        Assert.Equal(groups.Forward(views, 0).Loss, pieces.Forward(views, 0).Loss, 12);
        foreach ((var a, var b) in pieces.QueryEncoder.parameters().Zip(groups.QueryEncoder.parameters()))
        {
            Assert.True(a.grad!.eq(b.grad!).all().item<bool>());
        }
    }

    [Fact]
    public void Key_images_are_normalised_with_other_images_than_their_queries()
    {
        // Dealing the images to groups in another order must change the keys; permuting one whole-batch group must not.
        using DisposeScope scope = NewDisposeScope();
        Views views = RandomViews(4);
        int[] straight = [0, 1, 2, 3, 4, 5, 6, 7], dealt = [0, 4, 1, 5, 2, 6, 3, 7];
        Assert.False(Keys(4, straight).allclose(Keys(4, dealt), 1e-2, 1e-2));
        Assert.True(Keys(8, straight).allclose(Keys(8, dealt), 1e-3, 1e-4));

        Tensor Keys(int group, int[] order)
        {
            using DenseContrast method = new(Small(optim: new() { BatchNormGroup = group }), CPU);
            method.Forward(views, 0, order);
            return method.GlobalQueue.Keys.narrow(0, 0, Batch).clone();
        }
    }

    [Fact]
    public void The_drawn_order_of_keys_is_a_permutation_that_changes_from_step_to_step()
    {
        int[] first = new CounterRandom(0, (ulong)RandomPurpose.KeyOrder, 0).Permutation(64),
            second = new CounterRandom(0, (ulong)RandomPurpose.KeyOrder, 1).Permutation(64);
        Assert.Equal(Enumerable.Range(0, 64), first.Order());
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void A_grid_pools_the_features_for_matching_as_well_as_the_heads_input()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using Encoder native = new(BackboneKind.Resnet18, 16, dense: true, gridSize: null),
            pooled = new(BackboneKind.Resnet18, 16, dense: true, gridSize: 2);
        native.Initialise(1);
        pooled.Initialise(1);
        Tensor images = randn(2, 3, 128, 128);
        Tensor map = native.forward(images).Features!.view(2, 2, 2, 2, 2, 512); // (N, S, 4/S, S, 4/S, C): a map of 4 × 4 in blocks of 2 × 2
        EncoderOutput output = pooled.forward(images);
        Assert.Equal([2, 4, 512], output.Features!.shape);
        Assert.True(output.Features!.allclose(map.mean([2, 4]).flatten(1, 2), 1e-4, 1e-5));
        Assert.Equal([2, 4, 16], output.Dense!.shape);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(9)]
    public void Every_grid_of_the_paper_gives_the_loss_of_its_pooled_map(int grid)
    {
        using DisposeScope scope = NewDisposeScope();
        Recipe recipe = Small(method: new() { GridSize = grid, KeyMomentum = 1, Lambda = 1 }, optim: new() { BatchNormGroup = null });
        Views views = InDouble(RandomViews(5));
        using DenseContrast method = new(recipe, CPU, ScalarType.Float64), plain = new(recipe, CPU, ScalarType.Float64);
        Tensor queue = method.DenseQueue!.Keys.clone();
        StepReport report = method.Forward(views, 0, [.. Enumerable.Range(0, Batch)]);

        using IDisposable noGrad = no_grad();
        Tensor query = Pooled(plain.QueryEncoder.Backbone.forward(views.QueryImages)),
            key = Pooled(plain.KeyEncoder.Backbone.forward(views.KeyImages)); // (N, S², C)
        Tensor r = Head(query),
            t = Head(key); // (N, S², D)
        List<Tensor> logits = [];
        for (int n = 0; n < Batch; n++)
        {
            Tensor match = Normal(query[n]).mm(Normal(key[n]).t()).argmax(1);
            logits.Add(cat([(r[n] * t[n].index_select(0, match)).sum(1, keepdim: true), r[n].mm(queue.t())], 1) / 0.2);
        }

        Assert.Equal(grid * grid, query.shape[1]);
        Tensor expected = nn.functional.cross_entropy(cat(logits), zeros(Batch * grid * grid, ScalarType.Int64));
        Assert.Equal(expected.item<double>(), report.DenseLoss!.Value, 1e-10);

        // Cell i of a side of h positions is the mean over those from ⌊i h / S⌋ to before ⌈(i + 1) h / S⌉.
        Tensor Pooled(Tensor map)
        {
            int side = (int)map.shape[2];
            (int Start, int End)[] cells = [.. Enumerable.Range(0, grid).Select(i => (i * side / grid, (((i + 1) * side) + grid - 1) / grid))];
            return stack([.. from row in cells from column in cells select map[.., .., row.Start..row.End, column.Start..column.End].mean([2, 3])], 1);
        }

        Tensor Head(Tensor cells)
        {
            Dictionary<string, Tensor> state = plain.QueryEncoder.state_dict();
            Tensor Layer(Tensor x, int number) =>
                x.matmul(state[$"denseHead.layers.{number}.weight"].flatten(1).t()) + state[$"denseHead.layers.{number}.bias"];

            return nn.functional.normalize(Layer(Layer(cells, 0).relu(), 2), 2, 2);
        }
    }

    [Fact]
    public void Lambda_0_is_MoCo_v2_without_any_dense_part()
    {
        using DisposeScope scope = NewDisposeScope();
        using DenseContrast moco = new(Small(method: new() { Lambda = 0 }), CPU), dense = new(Small(), CPU);
        Views views = RandomViews(6);
        StepReport report = moco.Forward(views, 0);
        Assert.Null(moco.DenseQueue);
        Assert.DoesNotContain(moco.QueryEncoder.state_dict().Keys, key => key.StartsWith("denseHead", StringComparison.Ordinal));
        Assert.Null(report.DenseLoss);
        Assert.Equal(report.Loss, report.GlobalLoss);
        Assert.Equal(dense.Forward(views, 0).GlobalLoss!.Value, report.GlobalLoss!.Value, 6); // the same start: a head more moves nothing
    }

    [Fact]
    public void The_warm_up_of_lambda_leaves_the_dense_loss_out_and_fills_its_queue()
    {
        using DisposeScope scope = NewDisposeScope();
        using DenseContrast method = new(Small(method: new() { Lambda = 1, LambdaWarmupSteps = 2 }), CPU);
        StepReport[] reports = [.. Enumerable.Range(0, 3).Select(step => method.Forward(RandomViews(7 + step), step))];
        Assert.Equal([0.0, 0, 1], reports.Select(r => r.Lambda));
        Assert.Equal([true, true, false], reports.Select(r => r.DenseLoss is null));
        Assert.Equal([false, false, true], reports.Select(r => r.GlobalLoss is null));
        Assert.Equal(3 * Batch, method.DenseQueue!.Enqueued);
    }

    [Fact]
    public void Sampled_negatives_are_dense_vectors_of_their_image()
    {
        using DisposeScope scope = NewDisposeScope();
        using DenseContrast method = new(
            Small(method: new() { Negatives = Negatives.Sampled, KeyMomentum = 1 }, optim: new() { BatchNormGroup = null }),
            CPU);
        Views views = RandomViews(8);
        Tensor dense;
        using (no_grad())
        {
            dense = nn.functional.normalize(method.KeyEncoder.forward(views.KeyImages).Dense!, 2, 2);       // (N, S², D)
        }

        method.Forward(views, 0, [.. Enumerable.Range(0, Batch)]);
        Tensor difference = (dense - method.DenseQueue!.Keys.narrow(0, 0, Batch).unsqueeze(1)).norm(dim: 2);      // (N, S²)
        Assert.InRange(difference.amin([1]).max().item<float>(), 0, 1e-3);
        Assert.True(difference.argmin(1).unique().output.numel() > 1, "Eight images should not all leave the same position.");
    }

    [Theory]
    [InlineData(MatchingKind.Random)]
    [InlineData(MatchingKind.Dense)]
    [InlineData(MatchingKind.Geometric)]
    public void Each_kind_of_matching_decides_which_dense_key_is_the_positive(MatchingKind matching)
    {
        using DisposeScope scope = NewDisposeScope();
        Recipe recipe = Small(method: new() { Matching = matching, KeyMomentum = 1, Lambda = 1 }, optim: new() { BatchNormGroup = null });
        CropGeometry left = new(0, 0, 100, 100, false), mirrored = new(0, 0, 100, 100, true);
        Views views = RandomViews(9) with { QueryCrops = [.. Enumerable.Repeat(left, Batch)], KeyCrops = [.. Enumerable.Repeat(mirrored, Batch)] };
        using DenseContrast method = new(recipe, CPU), plain = new(recipe, CPU);
        Tensor queue = method.DenseQueue!.Keys.clone();
        StepReport report = method.Forward(views, 5, [.. Enumerable.Range(0, Batch)]);

        using IDisposable noGrad = no_grad();
        Tensor r = nn.functional.normalize(plain.QueryEncoder.forward(views.QueryImages).Dense!, 2, 2),
            t = nn.functional.normalize(plain.KeyEncoder.forward(views.KeyImages).Dense!, 2, 2);
        CounterRandom random = new(recipe.Run.Seed, (ulong)RandomPurpose.Matching, 5);
        double sum = 0;
        for (int n = 0; n < Batch; n++)
        {
            for (int s = 0; s < Positions; s++)
            {
                long j = matching switch
                {
                    MatchingKind.Random => random.NextInt(Positions),
                    MatchingKind.Geometric => s ^ 1,        // a 2 × 2 map mirrored left to right
                    _ => t[n].mv(r[n, s]).argmax().item<long>(),
                };
                Tensor logits = cat([t[n, j].dot(r[n, s]).view(1), queue.mv(r[n, s])]).to_type(ScalarType.Float64) / 0.2;
                sum -= nn.functional.log_softmax(logits, 0)[0].item<double>();
            }
        }

        Assert.Equal(sum / (Batch * Positions), report.DenseLoss!.Value, 1e-3);
    }

    [Fact]
    public void Health_tells_a_collapse_from_a_sphere()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor same = nn.functional.normalize(ones(50, 128), 2, 1),
            spread = Initialisation.RandomUnitVectors(4000, 128, 1, RandomPurpose.GlobalQueue);
        (double positive, double negative, double deviation) = Health.Similarities(same, same, same);
        Assert.Equal([1.0, 1.0, 0.0], new[] { positive, negative, deviation }.Select(x => Math.Round(x, 5)));

        (positive, negative, deviation) = Health.Similarities(spread, spread, spread);
        Assert.Equal(1, positive, 1e-5);
        Assert.InRange(negative, -0.01, 0.01);
        Assert.InRange(deviation, 0.97, 1.03);

        Assert.Equal(0, Health.MatchEntropy(new(zeros(2, 16, ScalarType.Int64)))!.Value, 1e-6);
        Assert.Equal(1, Health.MatchEntropy(new(arange(16).view(1, 16)))!.Value, 1e-6);
        Assert.Equal(
            0.5,
            Health.MatchEntropy(new(torch.tensor(new long[] { 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3 }).view(1, 16)))!.Value,
            1e-6
        ); // log 4 / log 16

        Tensor features = eye(4).unsqueeze(0);
        Matches back = new(DenseMatching.ByFeatures(features, features));
        Assert.Equal(1, Health.MutualMatches(new(arange(4).view(1, 4)), back)!.Value, 1e-6);
        Assert.Equal(0.25, Health.MutualMatches(new(zeros(1, 4, ScalarType.Int64)), back)!.Value, 1e-6);
        Assert.Equal(1, Health.SamePlaceMatches(new(arange(4).view(1, 4)))!.Value, 1e-6);
        Assert.Equal(0.5, Health.SamePlaceMatches(new(torch.tensor(new long[] { 1, 0, 2, 3 }).view(1, 4)))!.Value, 1e-6);
        Assert.Null(Health.SamePlaceMatches(new(zeros(5, 1, ScalarType.Int64))));
    }

    [Fact]
    public void Health_leaves_positions_without_a_match_out()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor counts = torch.tensor(new[] { true, true, false, false, false, false, false, false }).view(2, 4); // of the second image none
        Matches match = new(torch.tensor(new long[] { 0, 3, 0, 0, 1, 1, 1, 1 }).view(2, 4), counts),
            none = match with { Counts = zeros(2, 4, ScalarType.Bool) };
        Assert.Equal(0.5, Health.MatchEntropy(match)!.Value, 1e-6); // two places of four, evenly: log 2 / log 4
        Assert.Equal(0.5, Health.SamePlaceMatches(match)!.Value, 1e-6);
        Matches back = new(torch.tensor(new long[] { 0, 0, 0, 1, 0, 0, 0, 0 }).view(2, 4));
        Assert.Equal(1, Health.MutualMatches(match, back)!.Value, 1e-6);
        Assert.Equal(0.5, Health.MutualMatches(match, back with { Counts = torch.tensor(new[] { true, true, true, false, true, true, true, true }).view(2, 4) })!.Value, 1e-6);
        Assert.Equal([null, null, null], new[] { Health.MatchEntropy(none), Health.SamePlaceMatches(none), Health.MutualMatches(none, back) });

        Tensor q = eye(4), k = eye(4).flip(0);
        k[0] = q[0];
        Assert.Equal(0.25, Health.Similarities(q, k, q).Positive, 1e-6);
        Assert.Equal(1, Health.Similarities(q, k, q, torch.tensor(new[] { true, false, false, false })).Positive, 1e-6);
    }

    [Fact]
    public void Health_tells_what_position_explains()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(3);
        Tensor place = randn(1, 9, 64, generator: generator), content = randn(500, 9, 64, generator: generator);
        Assert.Equal(1, Health.PositionVariance(place.expand(500, -1, -1))!.Value, 1e-6);
        Assert.Equal(0, Health.PositionVariance(content)!.Value, 0.01);
        Assert.Equal(0.5, Health.PositionVariance(place + content)!.Value, 0.05); // as much variance of one kind as of the other
        Assert.Equal(0, Enumerable.Range(0, 200).Average(_ => Health.PositionVariance(randn(2, 4, 8, generator: generator))!.Value), 0.03); // no bias with few images
        Assert.Null(Health.PositionVariance(content.narrow(0, 0, 1)));
    }

    [Fact]
    public void Health_tells_which_matches_are_right_by_the_crops()
    {
        using DisposeScope scope = NewDisposeScope();
        CropGeometry[] whole = [new(0, 0, 64, 64, false)], half = [new(32, 0, 32, 64, false)];
        Assert.Equal(0.75, Health.MatchAgreement(torch.tensor(new long[] { 0, 1, 2, 0 }).view(1, 4), whole, whole));
        Assert.Equal(0.5, Health.MatchAgreement(torch.tensor(new long[] { 3, 1, 3, 2 }).view(1, 4), whole, half)); // the left column lies outside
        Assert.Null(Health.MatchAgreement(zeros(1, 4, ScalarType.Int64), whole, [new(100, 100, 9, 9, false)]));
        Assert.Null(Health.MatchAgreement(zeros(1, 4, ScalarType.Int64), [], []));
    }

    [Fact]
    public void Negatives_of_the_own_image_and_positions_outside_the_overlap_are_as_written_out()
    {
        // The key view is the right half of the query view: of 2 × 2 positions the left column does not count, in the first group of 4
        // images; in the second all do.
        using DisposeScope scope = NewDisposeScope();
        Recipe recipe = Small(method: new() { Matching = MatchingKind.Overlap, ImageNegatives = 1, DenseTemperature = 0.3, KeyMomentum = 1, Lambda = 1 });
        CropGeometry whole = new(0, 0, 100, 100, false), half = new(50, 0, 50, 100, false);
        Views views = RandomViews(9) with { QueryCrops = [.. Enumerable.Repeat(whole, Batch)], KeyCrops = [.. Enumerable.Range(0, Batch).Select(n => n < 4 ? half : whole)] };
        int[] order = [.. Enumerable.Range(0, Batch)];
        using DenseContrast method = new(recipe, CPU), plain = new(recipe, CPU);
        Tensor queue = method.DenseQueue!.Keys.clone();
        StepReport report = method.Forward(views, 5, order, measureHealth: true);

        using IDisposable noGrad = no_grad();
        List<double> losses = [];
        for (int group = 0; group < 2; group++)
        {
            Tensor r = nn.functional.normalize(plain.QueryEncoder.forward(views.QueryImages.narrow(0, 4 * group, 4)).Dense!, 2, 2),
                t = nn.functional.normalize(plain.KeyEncoder.forward(views.KeyImages.narrow(0, 4 * group, 4)).Dense!, 2, 2);
            int[] counted = group == 0 ? [1, 3] : [0, 1, 2, 3];
            losses.AddRange(from n in Enumerable.Range(0, 4) from s in counted select Loss(r[n, s], t[n], s));
        }

        Assert.Equal(24, losses.Count);
        Assert.Equal(losses.Average(), report.DenseLoss!.Value, 1e-3);      // over all positions that count, not over the groups

        double Loss(Tensor row, Tensor keys, int match)
        {
            long[] others = [.. Enumerable.Range(0, Positions).Where(p => p != match).Select(p => (long)p)];
            Tensor logits =
                cat([keys[match].dot(row).view(1), keys.index_select(0, torch.tensor(others, ScalarType.Int64)).mv(row), queue.mv(row)])
                    .to_type(ScalarType.Float64) / 0.3;
            return -nn.functional.log_softmax(logits, 0)[0].item<double>();
        }
    }

    [Fact]
    public void Without_a_dense_head_the_loss_compares_the_backbones_features()
    {
        using DisposeScope scope = NewDisposeScope();
        Recipe recipe = Small(method: new() { KeyMomentum = 1, Lambda = 1 }, optim: new() { BatchNormGroup = null });
        recipe = recipe with { Model = recipe.Model with { DenseHead = DenseHead.None } };
        Views views = RandomViews(10);
        using DenseContrast method = new(recipe, CPU), plain = new(recipe, CPU);
        Tensor queue = method.DenseQueue!.Keys.clone();
        Assert.Equal([32, 512], queue.shape);
        StepReport report = method.Forward(views, 0, [.. Enumerable.Range(0, Batch)]);

        // In double precision: nearly equal vectors have a gradient that is a small difference of large terms, which single precision
        // rounds.
        plain.QueryEncoder.to(ScalarType.Float64);
        plain.KeyEncoder.to(ScalarType.Float64);
        Tensor r = nn.functional.normalize(Cells(plain.QueryEncoder.Backbone.forward(views.QueryImages.to_type(ScalarType.Float64))), 2, 2); // (N, S², C)
        Tensor t;
        using (no_grad())
        {
            t = nn.functional.normalize(Cells(plain.KeyEncoder.Backbone.forward(views.KeyImages.to_type(ScalarType.Float64))), 2, 2);
        }

        Tensor match = r.detach().bmm(t.transpose(1, 2)).argmax(2);
        Tensor positive = t.gather(1, match.unsqueeze(2).expand(-1, -1, 512));
        Tensor logits = cat([(r * positive).sum(2, keepdim: true), r.matmul(queue.to_type(ScalarType.Float64).t())], 2).flatten(0, 1) / 0.2;
        Tensor expected = nn.functional.cross_entropy(logits, zeros(logits.shape[0], ScalarType.Int64));
        expected.backward();
        Assert.Equal(expected.item<double>(), report.DenseLoss!.Value, 1e-4);
        Tensor ours = cat([.. method.QueryEncoder.Backbone.parameters().Select(p => p.grad!.flatten())]),
            theirs = cat([.. plain.QueryEncoder.Backbone.parameters().Select(p => p.grad!.flatten())]);
        Assert.InRange(((ours - theirs).norm() / theirs.norm()).item<double>(), 0, 1e-4);
        Assert.DoesNotContain(method.QueryEncoder.state_dict().Keys, key => key.StartsWith("denseHead", StringComparison.Ordinal));

        static Tensor Cells(Tensor map) => map.permute(0, 2, 3, 1).flatten(1, 2);
    }

    [Theory]
    [InlineData(MatchingKind.Overlap)]
    [InlineData(MatchingKind.Nearby)]
    public void Views_without_a_common_place_have_no_dense_loss_and_no_false_health(MatchingKind matching)
    {
        using DisposeScope scope = NewDisposeScope();
        using DenseContrast method = new(Small(method: new() { Matching = matching, ImageNegatives = 1 }), CPU);
        Views views = RandomViews(12);
        Assert.Contains(
            $"method.matching is {matching}",
            Assert.Throws<ArgumentException>(() => method.Forward(views, 0)).Message,
            StringComparison.OrdinalIgnoreCase);

        CropGeometry left = new(0, 0, 50, 100, false), right = new(50, 0, 50, 100, false);
        StepReport report = method.Forward(views with { QueryCrops = [.. Enumerable.Repeat(left, Batch)], KeyCrops = [.. Enumerable.Repeat(right, Batch)] }, 0, measureHealth: true);
        Assert.Equal(0, report.DenseLoss!.Value);
        Assert.Equal(report.GlobalLoss!.Value / 2, report.Loss, 1e-6);
        Assert.Equal(
            [null, null, null, null],
            new[] { report.Health!.MatchEntropy, report.Health.MutualMatches, report.Health.SamePlaceMatches, report.Health.MatchAgreement }
        );
        Assert.True(report.Health.DenseDeviation > 0.1);
    }

    [Fact]
    public void A_finer_output_stride_gives_more_dense_vectors_of_the_same_network()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using Encoder coarse = new(BackboneKind.Resnet18, 16, dense: true, gridSize: null),
            fine = new(BackboneKind.Resnet18, 16, dense: true, gridSize: null, outputStride: 16);
        coarse.Initialise(1);
        fine.Initialise(1);
        coarse.eval();
        fine.eval();
        Tensor images = randn(2, 3, 128, 128);
        Tensor every = fine.forward(images).Dense!.view(2, 8, 8, 16);
        Tensor second = arange(0, 8, 2);
        Assert.True(
            every.index_select(1, second).index_select(2, second).flatten(1, 2).allclose(coarse.forward(images).Dense!, 1e-3, 1e-4));
    }

    internal static Recipe Small(MethodOptions? method = null, OptimOptions? optim = null) => new()
    {
        Method = (method ?? new()) with { Queue = 32, KeyMomentum = (method ?? new()).KeyMomentum },
        Model = new() { Backbone = BackboneKind.Resnet18 },
        Data = new() { Size = Size },
        Optim = (optim ?? new() { BatchNormGroup = 4 }) with { Batch = Batch },
        Run = new() { Seed = 11 },
    };

    internal static Views RandomViews(int seed)
    {
        using Generator generator = new((ulong)seed);
        Tensor first = randn(Batch, 3, Size, Size, generator: generator);
        return new Views(first, (first * 0.7) + (randn(Batch, 3, Size, Size, generator: generator) * 0.3), [], []);
    }

    internal static Views InDouble(Views views) => views with { QueryImages = views.QueryImages.to_type(ScalarType.Float64), KeyImages = views.KeyImages.to_type(ScalarType.Float64) };

    private static Tensor Normal(Tensor rows) => nn.functional.normalize(rows, 2, 1);

    private static float[] Entries(NegativeQueue queue) => queue.Keys.data<float>().ToArray();
}
