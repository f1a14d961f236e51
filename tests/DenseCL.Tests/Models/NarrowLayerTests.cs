using DenseCL.Compute;
using DenseCL.Models;
using DenseCL.Models.Backbones.MobileNets;
using DenseCL.Platform;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using BatchNorm = DenseCL.Models.BatchNorm;
using Convolution = DenseCL.Models.Convolution;
using Hardswish = DenseCL.Models.Hardswish;

namespace DenseCL.Tests.Models;

/// <summary>
/// Layers of widths that the tiled kernels do not take, on the tape, against libtorch's own differentiation in double precision. The
/// reference has the numbers that the layer has, rounded to its type: in bfloat16 what is left are the roundings of what is stored, 2⁻⁹ of
/// a number each, so that the bound of a layer is the number of its roundings, one more for chance.
/// </summary>
public class NarrowLayerTests
{
    private const double Single = 2e-6, OneRounding = 1.0 / 512;

    // A convolution of all channels is libtorch's. Without instructions for bfloat16 it adds the parts of a gradient in bfloat16.
    private static readonly int PartsOfGradients = Processor.MultipliesBf16 ? 2 : 6;

    [Theory]
    [InlineData(24, 40, 1, 1, 1, 1)]
    [InlineData(40, 24, 1, 2, 1, 1)]
    [InlineData(24, 40, 3, 1, 1, 1)]
    [InlineData(24, 40, 3, 2, 1, 1)]
    [InlineData(40, 24, 5, 1, 2, 1)]
    [InlineData(24, 24, 3, 1, 1, 24)]
    [InlineData(24, 24, 3, 2, 1, 24)]
    [InlineData(40, 40, 5, 1, 1, 40)]
    [InlineData(40, 40, 5, 2, 1, 40)]
    [InlineData(40, 40, 5, 1, 2, 40)]
    [InlineData(64, 64, 3, 1, 1, 64)]
    [InlineData(5, 5, 3, 2, 1, 5)] // no whole vector
    [InlineData(21, 21, 5, 1, 1, 21)]
    [InlineData(3, 16, 3, 2, 1, 1)]
    public void A_convolution_has_the_values_and_gradients_of_double_precision(
        int inputs,
        int outputs,
        int size,
        int stride,
        int dilation,
        int groups)
    {
        using Convolution convolution = new(inputs, outputs, size, stride, dilation, depthwise: groups > 1);
        long pad = size / 2 * dilation;
        foreach ((ScalarType type, double bound) in new[] { (ScalarType.Float32, Single), (ScalarType.BFloat16, (groups > 1 ? 2 : PartsOfGradients) * OneRounding) })
        {
            Compare(
                convolution,
                convolution.forward,
                (x, w) =>
                    nn.functional.conv2d(
                        x,
                        w[0],
                        strides: [stride, stride],
                        padding: [pad, pad],
                        dilation: [dilation, dilation],
                        groups: groups),
                inputs,
                type,
                bound,
                alsoWithoutTape: groups > 1);
        }
    }

    [Theory]
    [InlineData(24)]
    [InlineData(40)]
    public void Batch_norm_with_other_constants_has_the_values_and_gradients_of_double_precision(int channels)
    {
        foreach ((ScalarType type, double bound) in new[] { (ScalarType.Float32, 2 * Single), (ScalarType.BFloat16, 3 * OneRounding) })
        {
            using BatchNorm norm = new(channels, epsilon: 0.001, momentum: 0.01);
            norm.Initialise(0);
            Compare(
                norm,
                (x, tape) => norm.forward(x, tape, relu: false),
                (x, w) => nn.functional.batch_norm(x, null!, null!, w[0], w[1], training: true, eps: 0.001),
                channels,
                type,
                bound,
                weightsAreSingle: true);

            // 0.99 of 1, and 0.01 of the batch's own.
            using DisposeScope scope = NewDisposeScope();
            Tensor variance = Input(channels, type).to_type(ScalarType.Float64).var([0, 2, 3], unbiased: true);
            Tensor expected = variance.Times(0.01).Plus(full_like(variance, 0.99));
            Assert.InRange((norm.state_dict()["running_var"].to_type(ScalarType.Float64) - expected).abs().max().item<double>(), 0, 1e-6);
        }
    }

    [Theory]
    [InlineData(24, 8)]
    [InlineData(40, 16)]
    public void Squeeze_and_excitation_has_the_values_and_gradients_of_double_precision(int channels, int squeezed)
    {
        using SqueezeExcitation layer = new(channels, squeezed);
        foreach ((ScalarType type, double bound) in new[] { (ScalarType.Float32, 4 * Single), (ScalarType.BFloat16, 8 * OneRounding) })
        {
            Compare(layer, layer.forward, Exact, channels, type, bound);
        }

        static Tensor Exact(Tensor x, Tensor[] w)
        {
            Tensor mean = x.mean([2, 3], keepdim: true);
            Tensor hidden = nn.functional.conv2d(mean, w[0], w[1]).relu();
            return x * HardSigmoid(nn.functional.conv2d(hidden, w[2], w[3]));
        }
    }

    [Theory]
    [InlineData(24)]
    [InlineData(40)]
    public void Hardswish_has_the_values_and_gradients_of_double_precision(int channels)
    {
        foreach ((ScalarType type, double bound) in new[] { (ScalarType.Float32, Single), (ScalarType.BFloat16, 2 * OneRounding) })
        {
            using Convolution none = new(1, 1, 1);      // it has no weights of its own
            Compare(none, Hardswish.Apply, (x, _) => x * HardSigmoid(x), channels, type, bound, weighted: false);
        }
    }

    private static void Compare(
        nn.Module module,
        Func<Activation, Tape?, Activation> forward,
        Func<Tensor, Tensor[], Tensor> exact,
        int channels,
        ScalarType type,
        double bound,
        bool weightsAreSingle = false,
        bool weighted = true,
        bool alsoWithoutTape = false)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator random = new((ulong)channels);
        using ParameterVector vector = new(module, trainable: true);
        using (no_grad())
        {
            vector.Values.copy_(randn(vector.Values.shape, generator: random).Times(0.3));
        }

        Parameter[] parameters = [.. module.parameters()];
        Tensor x = Input(channels, type);
        Tensor leaf = Doubled(x);
        Tensor[] weights = [.. parameters.Select(parameter => Doubled(weightsAreSingle ? parameter.detach() : parameter.detach().to_type(type)))];
        Tensor expected = exact(leaf, weights);
        Tensor dy = Numbers(random, type, [.. expected.shape]);
        IList<Tensor> gradients = autograd.grad([expected], weighted ? [leaf, .. weights] : [leaf], [dy.to_type(ScalarType.Float64)]);

        Tape tape = new();
        Activation input = new(x.clone());
        Activation output;
        using (no_grad())
        {
            output = forward(input, tape);
        }

        Assert.Equal(type, output.Value.dtype);
        Close(expected, output.Value, "y");
        output.Receive(dy.clone());
        tape.Backward();
        Close(gradients[0], input.Take(), "dx");
        foreach ((Tensor gradient, Parameter parameter) in gradients.Skip(1).Zip(parameters))
        {
            Close(gradient, parameter.grad!, $"d{string.Join("x", parameter.shape)}");
        }

        if (alsoWithoutTape)
        {
            Tensor free = x.clone();
            free.requires_grad = true;
            Tensor value = forward(new Activation(free), null).Value;
            Close(expected, value, "y without a tape");
            IList<Tensor> back = autograd.grad([value], [free, .. parameters], [dy]);
            foreach ((Tensor right, Tensor gradient) in gradients.Zip(back))
            {
                Close(right, gradient, "a gradient without a tape");
            }
        }

        static Tensor Doubled(Tensor tensor)
        {
            Tensor copy = tensor.to_type(ScalarType.Float64).clone();
            copy.requires_grad = true;
            return copy;
        }

        void Close(Tensor right, Tensor result, string what)
        {
            double off = (
                (right.detach() - result.detach().to_type(ScalarType.Float64)).abs().max() / right.detach().abs().max()
            ).item<double>();
            Assert.True(
                off <= bound,
                FormattableString.Invariant($"{what} in {type} is off by {off:E2} of its greatest number, more than {bound:E2}."));
        }
    }

    // max(0, min(6, x + 3)) / 6
    private static Tensor HardSigmoid(Tensor x) => x.Plus(full_like(x, 3)).AtLeast(0).AtMost(6).Over(6);

    private static Tensor Input(int channels, ScalarType type)
    {
        using Generator random = new((ulong)channels + 100);
        Tensor x = Numbers(random, type, 4, channels, 9, 7);
        using Scalar elsewhere = 2.5.ToScalar(), three = 3.0.ToScalar();
        return x.masked_fill_(x.abs().eq(three), elsewhere);        // hard functions have no derivative there
    }

    // As in training: channels last in memory.
    private static Tensor Numbers(Generator random, ScalarType type, params long[] shape) =>
        randn(shape, generator: random).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).to_type(type);
}
