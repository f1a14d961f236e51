using DenseCL.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Pretraining;

public class InfoNceTests
{
    /// <summary>Rows, negatives, temperature; 64 × 65,536 and 100 × 65,536 take one chunk and two, 300 × 50,000 several with a rest.</summary>
    [Theory]
    [InlineData(1, 1, 0.2)]
    [InlineData(7, 3, 0.2)]
    [InlineData(64, 65536, 0.2)]
    [InlineData(100, 65536, 0.07)]
    [InlineData(300, 50000, 0.2)]
    [InlineData(5, 100, 0.01)]
    [InlineData(5, 100, 10)]
    public void Value_and_gradient_are_those_of_cross_entropy_in_double_precision(long rows, long negatives, double temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new((ulong)(rows + negatives));
        Tensor q = Unit(rows, generator).requires_grad_(), k = Unit(rows, generator), queue = Unit(negatives, generator);
        Tensor loss = InfoNce.Loss(q, k, queue, temperature);
        (loss * 3).backward();

        Tensor q64 = q.detach().to_type(ScalarType.Float64).requires_grad_(), k64 = k.to_type(ScalarType.Float64), queue64 = queue.to_type(ScalarType.Float64);
        Tensor logits = cat([(q64 * k64).sum(1, keepdim: true), q64.mm(queue64.t())], 1) / temperature;
        Tensor expected = nn.functional.cross_entropy(logits, zeros(rows, ScalarType.Int64));
        (expected * 3).backward();

        Assert.Equal(expected.item<double>(), loss.item<float>(), 2e-5 * Math.Max(1, expected.item<double>()));
        double error = (q.grad!.to_type(ScalarType.Float64) - q64.grad!).norm().item<double>() / q64.grad!.norm().item<double>();
        Assert.InRange(error, 0, 2e-5);
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
        Tensor q = Unit(3, generator).requires_grad_(), k = Unit(3, generator).requires_grad_(), queue = Unit(5, generator).requires_grad_();
        InfoNce.Loss(q, k, queue, 0.2).backward();
        Assert.NotNull(q.grad);
        Assert.True(k.grad is null && queue.grad is null);
    }

    private static Tensor Unit(long rows, Generator generator) => nn.functional.normalize(randn(rows, 128, generator: generator), 2, 1);
}
