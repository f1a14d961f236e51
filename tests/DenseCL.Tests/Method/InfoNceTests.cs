using DenseCL.Method;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Method;

public class InfoNceTests
{
    /// <summary>Rows, negatives, temperature: one piece, several of rows, several of negatives, with a rest and without.</summary>
    public static TheoryData<long, long, double> Sizes =>
        new()
        {
            { 1, 1, 0.2 },
            { 1, 65536, 0.2 },
            { 7, 3, 0.2 },
            { 64, 65536, 0.2 },
            { 100, 65536, 0.07 },
            { 300, 50001, 0.2 },
            { 2048, 33, 0.2 },
            { 2049, 2049, 0.2 },
            { 20000, 1, 0.2 },
            { 20000, 1023, 0.1 },
            { 5, 100, 0.01 },
            { 5, 100, 0.001 },
            { 5, 100, 10 },
        };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Value_and_gradient_are_those_of_cross_entropy_in_double_precision(long rows, long negatives, double temperature) =>
        Compare(rows, negatives, temperature, products: null, 2e-5);

    /// <summary>
    /// A product of unit vectors in bfloat16 is off by up to 2⁻⁸, and so is a logit by 2⁻⁸ / τ; the mean over negatives and rows is far
    /// better.
    /// </summary>
    [Theory]
    [InlineData(1, 65536, 0.2)]
    [InlineData(7, 3, 0.2)]
    [InlineData(64, 65536, 0.2)]
    [InlineData(300, 50001, 0.2)]
    [InlineData(2049, 2049, 0.2)]
    [InlineData(20000, 31, 0.2)]
    public void Products_in_bfloat16_change_value_and_gradient_little(long rows, long negatives, double temperature) =>
        Compare(rows, negatives, temperature, ScalarType.BFloat16, 0.01);

    /// <summary>
    /// As many rows and negatives as ImageNet has: 200 different rows, a hundred times each, so that the plain formula in double precision
    /// need only know the 200.
    /// </summary>
    [Theory]
    [InlineData(null, 2e-5)]
    [InlineData(ScalarType.BFloat16, 0.01)]
    public void Twenty_thousand_rows_against_a_whole_queue_are_those_of_cross_entropy(ScalarType? products, double bound)
    {
        const int Rows = 200, Times = 100, Queue = 65_536;
        using DisposeScope scope = NewDisposeScope();
        using Generator random = new(4);
        Tensor Unit(long rows) => nn.functional.normalize(randn([rows, 16], dtype: ScalarType.Float64, generator: random), 2, 1);
        Tensor q = Unit(Rows).requires_grad_(), k = Unit(Rows), queue = Unit(Queue);
        Tensor logits = cat([(q * k).sum(1, keepdim: true), q.mm(queue.t())], 1) / 0.2;
        Tensor expected = nn.functional.cross_entropy(logits, zeros(Rows, ScalarType.Int64));
        expected.backward();

        Tensor many = q.detach().to_type(ScalarType.Float32).repeat(Times, 1).requires_grad_();
        Tensor loss = InfoNce.Loss(many, k.to_type(ScalarType.Float32).repeat(Times, 1), queue.to_type(ScalarType.Float32), 0.2, products);
        loss.backward();

        Assert.Equal(expected.item<double>(), loss.item<float>(), bound);
        Tensor gradient = many.grad!.to_type(ScalarType.Float64).view(Times, Rows, 16) * Times;
        Assert.InRange((gradient - q.grad!).abs().max().item<double>(), 0, bound * q.grad!.abs().max().item<double>());
    }

    [Fact]
    public void A_row_of_logits_far_below_the_positive_does_not_underflow()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor one = zeros(2, 32);
        one[TensorIndex.Colon, TensorIndex.Single(0)] = 1;
        Tensor q = one.detach().requires_grad_();
        Tensor loss = InfoNce.Loss(q, -one, one[..1], 0.001); // the negative is the query itself, the positive its opposite: l₋ − l₊ = 2000
        loss.backward();
        Assert.Equal(2000, loss.item<float>(), 1e-3);
        Assert.Equal(1000, q.grad![0, 0].item<float>(), 1e-2);      // (k₋ − k₊) / τ / R = 2 / 0.001 / 2
    }

    /// <summary>
    /// Whatever the types, with vectors that do not lie side by side in memory: the sums are exact, so only the rounding of queries and
    /// products remains.
    /// </summary>
    [Theory]
    [InlineData(ScalarType.Float64, null, 1e-12)]
    [InlineData(ScalarType.Float64, ScalarType.Float64, 1e-12)]
    [InlineData(ScalarType.Float64, ScalarType.Float32, 2e-6)]
    [InlineData(ScalarType.Float64, ScalarType.BFloat16, 0.01)]
    [InlineData(ScalarType.Float32, null, 2e-5)]
    [InlineData(ScalarType.Float32, ScalarType.Float64, 2e-5)]
    [InlineData(ScalarType.Float32, ScalarType.BFloat16, 0.01)]
    [InlineData(ScalarType.Float16, null, 0.003)]
    [InlineData(ScalarType.Float16, ScalarType.Float32, 0.003)]
    [InlineData(ScalarType.Float16, ScalarType.BFloat16, 0.01)]
    [InlineData(ScalarType.BFloat16, null, 0.01)]
    [InlineData(ScalarType.BFloat16, ScalarType.BFloat16, 0.01)]
    [InlineData(ScalarType.BFloat16, ScalarType.Float32, 0.01)]
    public void Any_type_of_queries_goes_with_any_type_of_products(ScalarType type, ScalarType? products, double bound)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(3);
        Tensor Turned(long rows) => Unit(rows, generator).t().contiguous().t().to_type(type);

        Tensor q = Turned(300).requires_grad_(), k = Turned(300), queue = Turned(20000);
        Tensor loss = InfoNce.Loss(q, k, queue, 0.2, products);
        loss.backward();
        Assert.Equal((type, type), (loss.dtype, q.grad!.dtype));

        (double expected, Tensor gradient) = Plain(q, k, queue, 0.2);
        Assert.InRange(Math.Abs(loss.to_type(ScalarType.Float64).item<double>() - expected) / expected, 0, bound);
        Assert.InRange((q.grad!.to_type(ScalarType.Float64) - gradient).norm().item<double>() / gradient.norm().item<double>(), 0, bound);
    }

    private static (double Loss, Tensor Gradient) Plain(Tensor queries, Tensor positives, Tensor negatives, double temperature)
    {
        Tensor q = queries.detach().to_type(ScalarType.Float64).requires_grad_(),
            k = positives.to_type(ScalarType.Float64),
            queue = negatives.to_type(ScalarType.Float64);
        Tensor logits = cat([(q * k).sum(1, keepdim: true), q.mm(queue.t())], 1) / temperature;
        Tensor loss = nn.functional.cross_entropy(logits, zeros(q.shape[0], ScalarType.Int64));
        loss.backward();
        return (loss.item<double>(), q.grad!);
    }

    private static void Compare(long rows, long negatives, double temperature, ScalarType? products, double bound)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new((ulong)(rows + negatives));
        Tensor q = Unit(rows, generator).requires_grad_(), k = Unit(rows, generator), queue = Unit(negatives, generator);
        Tensor loss = InfoNce.Loss(q, k, queue, temperature, products);
        (loss * 3).backward();

        (double expected, Tensor gradient) = Plain(q, k, queue, temperature);
        Assert.Equal(expected, loss.item<float>(), bound * Math.Max(1, expected));
        double error = ((q.grad!.to_type(ScalarType.Float64) / 3) - gradient).norm().item<double>() / gradient.norm().item<double>();
        Assert.InRange(error, 0, bound);
    }

    [Fact]
    public void Equal_vectors_everywhere_give_the_logarithm_of_the_number_of_candidates()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor one = zeros(6, 4);
        one[TensorIndex.Colon, TensorIndex.Single(0)] = 1;
        Tensor queue = one[..1].expand(99, -1).contiguous();
        Assert.Equal(Math.Log(100), InfoNce.Loss(one, one, queue, 0.2).item<float>(), 1e-5);
    }

    [Fact]
    public void Keys_and_queue_get_no_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(1);
        Tensor q = Unit(3, generator).requires_grad_(),
            k = Unit(3, generator).requires_grad_(),
            queue = Unit(5, generator).requires_grad_();
        InfoNce.Loss(q, k, queue, 0.2).backward();
        Assert.NotNull(q.grad);
        Assert.True(k.grad is null && queue.grad is null);
    }

    /// <summary>
    /// An independent way: all logits of a row written out, those of excluded keys left away, rows that do not count dropped.
    /// </summary>
    [Theory]
    [InlineData(1, 4, 10, 1)]
    [InlineData(5, 9, 33, 1)]
    [InlineData(70, 36, 700, 2)]       // more rows than go at once, and more negatives
    public void Own_negatives_and_rows_that_do_not_count_are_as_written_out(int images, int positions, int shared, int cells)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(5);
        long rows = images * positions;
        Tensor q = Unit(rows, generator).requires_grad_(), k = Unit(rows, generator), queue = Unit(shared, generator);
        Tensor keys = Unit(rows, generator).view(images, positions, -1);
        Tensor match = randint(positions, [images, positions], generator: generator, dtype: ScalarType.Int64),
            counts = rand([rows], generator: generator) < 0.6;
        Tensor loss = InfoNce.Loss(q, k, queue, 0.2, own: OwnNegatives.AwayFrom(keys, match, cells), counts: counts);
        loss.backward();

        int side = (int)Math.Sqrt(positions);
        Tensor wide = q.detach().to_type(ScalarType.Float64).requires_grad_();
        List<Tensor> losses = [];
        for (int row = 0; row < rows; row++)
        {
            if (!counts[row].item<bool>())
            {
                continue;
            }

            (int n, long j) = (row / positions, match.flatten()[row].item<long>());
            long[] far = [.. Enumerable.Range(0, positions).Where(p => Math.Abs((p / side) - (j / side)) >= cells || Math.Abs((p % side) - (j % side)) >= cells).Select(p => (long)p)];
            Tensor negatives = cat([queue, keys[n].index_select(0, torch.tensor(far, ScalarType.Int64))]).to_type(ScalarType.Float64);
            Tensor logits = cat([k[row].to_type(ScalarType.Float64).dot(wide[row]).view(1), negatives.mv(wide[row])]) / 0.2;
            losses.Add(-nn.functional.log_softmax(logits, 0)[0]);
        }

        Tensor expected = stack(losses).mean();
        expected.backward();
        Assert.Equal(expected.item<double>(), loss.item<float>(), 2e-5);
        Assert.InRange(
            (q.grad!.to_type(ScalarType.Float64) - wide.grad!).norm().item<double>() / wide.grad!.norm().item<double>(),
            0,
            2e-5);
    }

    /// <summary>
    /// At τ = 0.001 logits reach from −1,000 to 1,000, and the exponential of 710 is no number any more: the largest logit has to be taken away first,
    /// wherever it stands.
    /// </summary>
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void The_largest_logit_is_taken_away_wherever_it_stands(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (int largest in (int[])[0, 1, 2, 3])        // the positive, two negatives of the own image, one of the queue
        {
            // One image with two positions, whose queries are e₁; all else is −e₁, but for the largest.
            Tensor up = tensor(new float[] { 1, 0 }).to_type(type), q = stack([up, up]).requires_grad_();
            Tensor Along(int which) => (which == largest ? up : -up).unsqueeze(0);
            Tensor k = cat([Along(0), Along(0)]), own = cat([Along(1), Along(2)]).unsqueeze(0), queue = Along(3);
            OwnNegatives negatives = new(own, zeros(1, 2, 2, ScalarType.Bool));
            Tensor loss = InfoNce.Loss(q, k, queue, 0.001, own: negatives);
            loss.backward();
            Assert.Equal(largest == 0 ? 0 : 2000, loss.to_type(ScalarType.Float64).item<double>(), 1e-3);
            Assert.True(q.grad!.isfinite().all().item<bool>());
        }
    }

    [Fact]
    public void Negatives_of_the_own_image_are_a_cell_away_at_least() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => OwnNegatives.AwayFrom(zeros(1, 4, 2), zeros(1, 4, ScalarType.Int64), 0));

    [Fact]
    public void Where_no_row_counts_loss_and_gradient_are_0()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(6);
        Tensor q = Unit(4, generator).requires_grad_();
        Tensor loss = InfoNce.Loss(q, Unit(4, generator), Unit(8, generator), 0.2, counts: zeros(4, ScalarType.Bool));
        loss.backward();
        Assert.Equal(0, loss.item<float>());
        Assert.Equal(0, q.grad!.abs().max().item<float>());
    }

    private static Tensor Unit(long rows, Generator generator) => nn.functional.normalize(randn(rows, 128, generator: generator), 2, 1);
}
