using DenseCL.Compute;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using BatchNorm = DenseCL.Models.BatchNorm;
using Convolution = DenseCL.Models.Convolution;

namespace DenseCL.Tests.Models;

/// <summary>The fused layer against libtorch's own operations in double precision: values, gradients, running statistics.</summary>
public class BatchNormTests
{
    public static TheoryData<int, int, int, bool, bool> Shapes()
    {
        TheoryData<int, int, int, bool, bool> shapes = [];
        foreach ((int images, int channels, int side) in new[] { (2, 32, 3), (3, 64, 5), (1, 96, 7), (4, 2048, 2), (5, 64, 33), (3, 24, 5), (2, 40, 7) })
        {
            shapes.Add(images, channels, side, false, false);
            shapes.Add(images, channels, side, true, false);
            if (channels % 32 == 0)
            {
                shapes.Add(images, channels, side, true, true);     // elsewhere what ReLU sees has been rounded once more, and it may flip
            }

            shapes.Add(images, channels, side, false, true);
        }

        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void In_single_precision_it_is_exact_to_rounding(int images, int channels, int side, bool relu, bool shortcut) =>
        Compare(images, channels, side, relu, shortcut, ScalarType.Float32, 2e-6);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void In_bfloat16_it_is_off_by_the_rounding_of_what_is_stored(int images, int channels, int side, bool relu, bool shortcut) =>
        Compare(images, channels, side, relu, shortcut, ScalarType.BFloat16, 6e-3);

    [Fact]
    public void Its_variance_survives_numbers_far_from_0()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using BatchNorm norm = Norm(32);
        Tensor x = ChannelsLast(randn(8, 32, 9, 9) + 3000);
        Tensor[] parameters = [.. norm.parameters().Select(parameter => parameter.to_type(ScalarType.Float64))];
        Tensor exact = nn.functional.batch_norm(x.to_type(ScalarType.Float64), null!, null!, parameters[0], parameters[1], training: true);
        Assert.InRange(Off(norm.forward(new Activation(x), tape: null, relu: false).Value, exact), 0, 1e-3); // the mean, in single precision, is good to 2⁻¹³
    }

    [Fact]
    public void A_number_that_is_none_is_not_hidden_by_relu()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using BatchNorm norm = Norm(32);
        Tensor x = ChannelsLast(randn(2, 32, 3, 3));
        x[0, 5, 1, 1] = float.NaN;
        Tensor y = norm.forward(new Activation(x), tape: null, relu: true).Value;
        Assert.True(y[TensorIndex.Colon, 5].isnan().all().item<bool>());
        Assert.Equal(18, y.isnan().sum().item<long>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Parameters_in_double_precision_are_read_as_such(bool train)
    {
        using DisposeScope scope = NewDisposeScope();
        using BatchNorm norm = Norm(32);
        norm.to(ScalarType.Float64).train(train);
        Tensor x = ChannelsLast(randn([2, 32, 5, 5], ScalarType.Float64));
        Dictionary<string, Tensor> before = norm.state_dict()
            .ToDictionary(entry => entry.Key, entry => entry.Value.clone(), StringComparer.Ordinal);
        Tensor expected = nn.functional.batch_norm(
            x,
            before["running_mean"],
            before["running_var"],
            before["weight"],
            before["bias"],
            training: train);
        using (no_grad())
        {
            Assert.InRange(Off(norm.forward(new Activation(x), tape: null, relu: false).Value, expected), 0, 1e-12);
            Assert.ThrowsAny<Exception>(() => norm.forward(new Activation(x.to_type(ScalarType.Float32)), tape: null, relu: false));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void After_the_backward_pass_nothing_is_left_but_the_gradient(bool channelsLast)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope outer = NewDisposeScope();
        using BatchNorm norm = Norm(32);
        using Convolution convolution = new(32, 32, 3);
        foreach (Parameter parameter in norm.parameters().Concat(convolution.parameters()))
        {
            parameter.fill_(0.1);
            parameter.grad = zeros_like(parameter);
        }

        Tensor x = randn(2, 32, 5, 5);
        Activation input = new(channelsLast ? ChannelsLast(x) : x);
        using DisposeScope scope = NewDisposeScope();
        Tape tape = new();
        Activation output = norm.forward(convolution.forward(input, tape), tape, relu: true, shortcut: input);
        output.Receive(ones_like(output.Value));
        tape.Backward();
        Assert.Equal(0, scope.DisposablesCount);
        Assert.Equal(x.shape, input.Take().shape);
    }

    [Fact]
    public void In_eval_mode_it_uses_the_running_statistics_and_leaves_them()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using BatchNorm norm = Norm(64);
        norm.forward(new Activation(ChannelsLast(randn(4, 64, 6, 6) * 3)), tape: null, relu: false);
        norm.eval();
        Dictionary<string, Tensor> before = norm.state_dict()
            .ToDictionary(entry => entry.Key, entry => entry.Value.clone(), StringComparer.Ordinal);
        Tensor x = ChannelsLast(randn(2, 64, 3, 3));
        Tensor expected = nn.functional.batch_norm(x, before["running_mean"], before["running_var"], before["weight"], before["bias"]);
        Assert.InRange(Off(norm.forward(new Activation(x), tape: null, relu: false).Value, expected), 0, 1e-6);
        Assert.All(norm.state_dict(), entry => Assert.True(entry.Value.eq(before[entry.Key]).all().item<bool>(), entry.Key));
    }

    private static void Compare(int images, int channels, int side, bool relu, bool shortcut, ScalarType type, double bound)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new((ulong)(channels + side));
        Tensor Numbers(params long[] shape) => ChannelsLast(randn(shape, generator: generator)).to_type(type);

        using BatchNorm norm = Norm(channels);
        Tensor x = Numbers(images, channels, side, side),
            other = Numbers(images, channels, side, side),
            dy = Numbers(images, channels, side, side),
            dy2 = Numbers(images, channels, side, side);
        (Tensor exactY, Tensor[] exactGradients, Tensor exactMean, Tensor exactVariance) = Exact(
            norm,
            x,
            shortcut ? other : null,
            dy.to_type(ScalarType.Float64) + (shortcut ? dy2.to_type(ScalarType.Float64) : 0),
            relu);

        Activation input = new(x.clone()), side2 = new(other.clone());
        Tape tape = new();
        Activation output;
        using (no_grad())
        {
            output = norm.forward(input, tape, relu, shortcut ? side2 : null);
        }

        Assert.InRange(Off(output.Value, exactY), 0, bound);
        Dictionary<string, Tensor> state = norm.state_dict();
        Assert.InRange((state["running_mean"] - exactMean).square().mean().sqrt().item<double>(), 0, MeanError(images * side * side, type));
        Assert.InRange(Off(state["running_var"], exactVariance), 0, 2e-6);
        Assert.Equal(1, state["num_batches_tracked"].item<long>());

        foreach (Parameter parameter in norm.parameters())
        {
            parameter.grad = zeros_like(parameter);
        }

        output.Receive(dy.clone());
        if (shortcut)
        {
            output.Receive(dy2.clone());    // two layers read the output of a block
        }

        tape.Backward();
        Assert.InRange(Off(input.Take(), exactGradients[0]), 0, bound);
        foreach ((Parameter parameter, Tensor gradient) in norm.parameters().Zip(exactGradients[1..3]))
        {
            Assert.InRange(
                (parameter.grad!.to_type(ScalarType.Float64) - gradient).abs().max().item<double>(),
                0,
                bound * Math.Sqrt(images * side * side) * 4);
        }

        if (shortcut)
        {
            Assert.InRange(Off(side2.Take(), exactGradients[3]), 0, bound);
        }
    }

    /// <summary>
    /// The root mean square, over channels, of what the running mean is off by, twice over, for numbers of deviation 1. Sums are of
    /// differences from the first row, in single precision over up to 256 rows: where the first row is d deviations from the mean, the sum
    /// of r rows is about r d, each addition rounds it by 2⁻²⁴ r d / √3 · 0.75, and n of them leave 0.25 · 2⁻²⁴ √n d in the mean; the mean
    /// of b such blocks has √b less, and d is 1 in the mean square. The running mean takes a tenth of it, and is itself rounded: by 2⁻²⁵ of
    /// its size, a tenth of 1 / √(n b). In bfloat16 the differences have so few digits that most sums are exact.
    /// </summary>
    /// <remarks>The largest over channels is no bound: it follows the first row that is farthest from its mean, and grows with the number
    /// of channels.</remarks>
    private static double MeanError(int rows, ScalarType type)
    {
        double ulp = Math.Pow(2, -24), block = Math.Min(rows, 256), blocks = rows / block, stored = ulp / 2 * 0.1 / Math.Sqrt(rows);
        double differences = type == ScalarType.Float32 ? ulp / 2 / Math.Sqrt(rows) : 0;
        return 2 * ((0.1 * ((0.25 * ulp * Math.Sqrt(block / blocks)) + differences)) + stored);
    }

    private static (Tensor Y, Tensor[] Gradients, Tensor Mean, Tensor Variance) Exact(
        BatchNorm norm,
        Tensor x,
        Tensor? shortcut,
        Tensor dy,
        bool relu)
    {
        Tensor Double(Tensor tensor) => tensor.detach().to_type(ScalarType.Float64).requires_grad_();
        Parameter[] parameters = [.. norm.parameters()];
        Tensor x64 = Double(x), gamma = Double(parameters[0]), beta = Double(parameters[1]);
        Tensor mean = zeros(gamma.shape, ScalarType.Float64), variance = ones(gamma.shape, ScalarType.Float64);
        Tensor y = nn.functional.batch_norm(x64, mean, variance, gamma, beta, training: true);
        Tensor[] leaves = [x64, gamma, beta];
        if (shortcut is not null)
        {
            Tensor other = Double(shortcut);
            y += other;
            leaves = [.. leaves, other];
        }

        y = relu ? y.relu() : y;
        return (y.detach(), [.. autograd.grad([y], leaves, [dy])], mean, variance);
    }

    /// <summary>The norm of the difference, relative to that of the exact numbers.</summary>
    private static double Off(Tensor tensor, Tensor exact) =>
        (
            (tensor.to_type(ScalarType.Float64) - exact.to_type(ScalarType.Float64)).norm()
            / exact.to_type(ScalarType.Float64).norm().clamp_min(1e-12)
        ).item<double>();

    private static BatchNorm Norm(int channels)
    {
        // Of a generator of its own: with other numbers every thirtieth run has one so near to 0 that rounding decides which side of ReLU
        // it is on.
        using Generator generator = new((ulong)channels + 1);
        BatchNorm norm = new(channels);
        using IDisposable noGrad = no_grad();
        foreach (Parameter parameter in norm.parameters())
        {
            parameter.uniform_(0.5, 1.5, generator);
        }

        return norm;
    }

    private static Tensor ChannelsLast(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
